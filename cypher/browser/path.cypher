// Path of a purchase: who touched what before, and who bought
// Set the purchase first, in a line of its own:  :param purchase => 'o1'
MATCH (buyer:Account)-[made:MADE]->(p:Purchase {id: $purchase})
OPTIONAL MATCH (a:Account)-[led:LED_TO]->(p)
OPTIONAL MATCH (p)-[of:OF]->(x:Product)
RETURN buyer, made, p, a, led, of, x;
