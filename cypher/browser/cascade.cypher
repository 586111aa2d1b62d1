// Cascade of an account: whom it brought, whom those brought, up to four generations
// Set the account first, in a line of its own:  :param account => 'ada'
MATCH cascade = (:Account {id: $account})-[:REFERRED*1..4]->(:Account)
WHERE all(r IN relationships(cascade) WHERE r.convertedAt IS NOT NULL)
  AND all(n IN range(1, length(cascade) - 1) WHERE relationships(cascade)[n - 1].at <= relationships(cascade)[n].at)
RETURN cascade
LIMIT 500;
