// Identifiers that many share: cafés, offices, parcel shops
MATCH (i:Identifier)
WHERE i.accounts > 5
RETURN labels(i) AS labels, i.detail AS detail, i.accounts AS accounts, i.id AS id
ORDER BY accounts DESC, id
LIMIT 50;
