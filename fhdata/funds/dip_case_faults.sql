-- What is wrong with cases, the first few of each kind and how many there are. A ruling is a decimal text, "" is none.
WITH faults AS (
  SELECT 'negative_cost' AS fault, case_id, CAST(cost_fen AS STRING) AS said FROM {cases} WHERE cost_fen < 0
  UNION ALL
  SELECT 'negative_patient' AS fault, case_id, CAST(patient_fen AS STRING) AS said
  FROM {cases} WHERE patient_fen < 0 OR patient_fen > cost_fen AND cost_fen >= 0
  UNION ALL
  SELECT 'bad_auxiliary' AS fault, case_id, CAST(auxiliary_e4 AS STRING) AS said FROM {cases} WHERE auxiliary_e4 <= 0
  UNION ALL
  SELECT 'bad_ruling' AS fault, case_id, ruling AS said
  FROM {cases} WHERE ruling <> '' AND NOT REGEXP_LIKE(ruling, '^[0-9]{{1,2}}([.][0-9]{{1,6}})?$')
  UNION ALL
  SELECT 'paid_twice' AS fault, case_id, CAST(COUNT(*) AS STRING) AS said
  FROM {cases} GROUP BY case_id HAVING COUNT(*) > 1
  UNION ALL
  SELECT 'unknown_group' AS fault, cases.case_id, cases.group_code AS said
  FROM {cases} AS cases LEFT JOIN dip_known_groups AS known ON cases.group_code = known.group_code
  WHERE known.group_code IS NULL
  UNION ALL
  SELECT 'unknown_institution' AS fault, cases.case_id, cases.institution AS said
  FROM {cases} AS cases LEFT JOIN dip_known_hospitals AS known ON cases.institution = known.institution
  WHERE known.institution IS NULL
),
numbered AS (
  SELECT
    fault,
    case_id,
    said,
    ROW_NUMBER() OVER (PARTITION BY fault ORDER BY case_id, said) AS place,
    COUNT(*) OVER (PARTITION BY fault) AS of_kind
  FROM faults
)
SELECT fault, case_id, said, CAST(of_kind AS BIGINT) AS of_kind
FROM numbered
WHERE place <= {shown}
ORDER BY fault, case_id, said
