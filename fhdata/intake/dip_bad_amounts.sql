-- 金额读不出或比分还细的病例，每种列出前几例和总数。
WITH texts AS (SELECT * FROM {texts}),
wrong AS ({wrong}),
numbered AS (
  SELECT
    case_id, what, said,
    ROW_NUMBER() OVER (PARTITION BY what ORDER BY case_id, said) AS place,
    COUNT(*) OVER (PARTITION BY what) AS of_kind
  FROM wrong
)
SELECT case_id, what, said, CAST(of_kind AS BIGINT) AS of_kind FROM numbered WHERE place <= 5 ORDER BY what, case_id, said
