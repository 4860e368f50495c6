/**
 * gold.item_daily as one statement of Spark SQL over silver.interactions, as an engine of the user's own would make it: the definition
 * beside the job that keeps it incrementally, and what the job's result is compared with.
 */
export const ITEM_DAILY_SQL = `
SELECT
  tenant,
  item_id,
  day,
  count_if(type = 'view') AS views,
  count_if(type = 'click') AS clicks,
  count_if(type = 'add_to_cart') AS carts,
  count_if(type = 'purchase') AS purchases,
  count_if(type = 'impression') AS impressions,
  sum(event_weight) AS score,
  sum(if(type = 'purchase', coalesce(quantity, 1D), 0D)) AS quantity,
  sum(if(type = 'purchase', coalesce(value, 0D), 0D)) AS revenue,
  count(DISTINCT subject) AS subjects
FROM (
  SELECT
    tenant, type, event_weight, quantity, value, subject,
    timestamp_millis(unix_millis(occurred_at) - pmod(unix_millis(occurred_at), 86400000)) AS day,
    explode(array_distinct(concat(
      if(item_id IS NULL, array(), array(item_id)),
      if(type = 'impression' AND items IS NOT NULL,
         from_json(items, 'array<struct<item_id: string>>').item_id, array())
    ))) AS item_id
  FROM silver.interactions
  WHERE NOT is_bot AND NOT is_automated AND (type = 'impression' OR event_weight > 0)
)
GROUP BY tenant, item_id, day`;
