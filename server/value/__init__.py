"""What a customer is worth: purchases so far, purchases to come, and those of whom it brought in."""
