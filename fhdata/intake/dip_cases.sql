-- 病例清单的原始列 → 文字、整数分和万分之一的系数；读不出的金额、系数为 -1，由下一步列出。
SELECT
  case_id,
  institution,
  group_code,
  COALESCE({cost}, -1) AS cost_fen,
  COALESCE({patient}, -1) AS patient_fen,
  CASE
    WHEN auxiliary = '' THEN 10000
    WHEN REGEXP_LIKE(auxiliary, '^[0-9]{{1,2}}([.][0-9]{{1,4}})?$')
      THEN CAST(TRY_CAST(auxiliary AS DECIMAL(6, 4)) * 10000 AS BIGINT)
    ELSE -1
  END AS auxiliary_e4,
  ruling
FROM {texts}
