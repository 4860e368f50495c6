-- What features need of an item, one row for each time it changed: in force from valid_from until the next row's.
CREATE TABLE item_facets (
  tenant TEXT NOT NULL,
  item_id TEXT NOT NULL,
  valid_from INTEGER NOT NULL,
  facets TEXT NOT NULL,
  PRIMARY KEY (tenant, item_id, valid_from)
) WITHOUT ROWID;

INSERT INTO item_facets (tenant, item_id, valid_from, facets)
SELECT tenant, item_id, updated_at, CASE deleted WHEN 1 THEN 'null' ELSE json_array(
  json(coalesce(body -> '$.categories', '[]')), json(coalesce(body -> '$.tags', '[]')), body ->> '$.price', published_at
) END
FROM items;
