-- Cases added up by hospital, group and band. A band's points are linear in the cost, so counts and sums are enough:
-- low cost × points ÷ standard, normal points, high (cost ÷ standard − high + 1) × points. Everything is a whole number.
WITH placed AS (
  SELECT
    cases.institution,
    cases.group_code,
    CASE
      WHEN cases.cost_fen >= bands.review_from_fen AND cases.ruling <> '' THEN 'ruled'
      WHEN cases.cost_fen >= bands.review_from_fen THEN 'review'
      WHEN cases.cost_fen >= bands.high_from_fen THEN 'high'
      WHEN cases.cost_fen < bands.low_before_fen THEN 'low'
      ELSE 'normal'
    END AS band,
    cases.ruling,
    cases.cost_fen,
    cases.patient_fen,
    cases.auxiliary_e4
  FROM {cases} AS cases
  JOIN {bands} AS bands
    ON cases.institution = bands.institution AND cases.group_code = bands.group_code
)
SELECT
  institution,
  group_code,
  band,
  CASE WHEN band = 'ruled' THEN ruling ELSE '' END AS ruling,
  CAST(COUNT(*) AS BIGINT) AS cases,
  CAST(SUM(cost_fen) AS BIGINT) AS cost_fen,
  CAST(SUM(patient_fen) AS BIGINT) AS patient_fen,
  CAST(SUM(auxiliary_e4) AS BIGINT) AS auxiliary_e4,
  CAST(SUM(CAST(cost_fen AS DECIMAL(18, 0)) * CAST(auxiliary_e4 AS DECIMAL(18, 0))) AS BIGINT) AS cost_auxiliary_e4
FROM placed
GROUP BY institution, group_code, band, CASE WHEN band = 'ruled' THEN ruling ELSE '' END
ORDER BY institution, group_code, band, ruling
