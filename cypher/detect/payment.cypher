// name: groups(cap)
// Who pays with one card or wallet, and when: one entry an account in columns, 5000 of them a row, because rows cost.
// Identifiers of more than `cap` accounts are nobody's own and stay out.
MATCH (i:Payment)<-[r:PAYS_WITH]-(a)
WHERE 2 <= i.accounts <= $cap
WITH collect(i.id) AS identifier, collect(coalesce(i.detail, '')) AS detail, collect(i.accounts) AS accounts,
     collect(a.id) AS member, collect(r.hours) AS hours
UNWIND range(0, size(member) - 1, 5000) AS begin
WITH *, begin + 5000 AS end
RETURN identifier[begin..end] AS identifier, detail[begin..end] AS detail, accounts[begin..end] AS accounts,
       member[begin..end] AS member, hours[begin..end] AS hours;

// name: alone()
// The same for those that one account has alone, whose names nobody asks for.
MATCH (i:Payment)<-[r:PAYS_WITH]-(a)
WHERE i.accounts = 1
WITH collect(a.id) AS member, collect(r.hours) AS hours
UNWIND range(0, size(member) - 1, 5000) AS begin
WITH *, begin + 5000 AS end
RETURN member[begin..end] AS member, hours[begin..end] AS hours;
