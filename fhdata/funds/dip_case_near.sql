-- Cases whose cost lies within one part in {nearness} of a line.
WITH lines AS (
  SELECT institution, group_code, 'low' AS line, low_before_fen AS line_fen FROM {bands}
  UNION ALL
  SELECT institution, group_code, 'high' AS line, high_from_fen AS line_fen FROM {bands}
  UNION ALL
  SELECT institution, group_code, 'review' AS line, review_from_fen AS line_fen FROM {bands}
)
SELECT
  cases.institution,
  lines.line,
  CAST(COUNT(*) AS BIGINT) AS cases,
  CAST(SUM(cases.cost_fen) AS BIGINT) AS cost_fen
FROM {cases} AS cases
JOIN lines ON cases.institution = lines.institution AND cases.group_code = lines.group_code
WHERE {nearness} * cases.cost_fen >= ({nearness} - 1) * lines.line_fen
  AND {nearness} * cases.cost_fen <= ({nearness} + 1) * lines.line_fen
GROUP BY cases.institution, lines.line
ORDER BY cases.institution, lines.line
