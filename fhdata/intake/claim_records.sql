-- 记录配上类别、病种、名册和所属文件的月份范围；名册按结算月份取。
SELECT
    landed.*,
    SUBSTR(setl_day, 1, 7) AS month,
    CASE WHEN discharge_day = '' THEN SUBSTR(setl_day, 1, 7) ELSE SUBSTR(discharge_day, 1, 7) END AS discharge_month,
    files.first_month, files.last_month,
    COALESCE(categories.category, '') AS category,
    COALESCE(diagnoses.is_psychiatric, FALSE) AS is_psychiatric,
    COALESCE(diagnoses.is_four_disease, FALSE)
        AND COALESCE(categories.category, '') = 'outpatient'
        AND med_type IN ({four_disease_med_type}) AS is_four_disease,
    clr_way IN ({dip_clr_way}) AS is_dip,
    codes.institution IS NOT NULL AS is_known,
    roster.institution IS NOT NULL AS is_listed,
    COALESCE(roster.is_dip, FALSE) AS is_dip_institution
FROM claim_landed AS landed
JOIN claim_files AS files ON files.file = landed.file
LEFT JOIN claim_categories AS categories ON categories.code = landed.med_type
LEFT JOIN claim_diagnoses AS diagnoses ON diagnoses.code = landed.diagnosis
LEFT JOIN (SELECT DISTINCT institution FROM claim_institutions) AS codes ON codes.institution = landed.institution
LEFT JOIN claim_institutions AS roster
    ON roster.institution = landed.institution
    AND SUBSTR(landed.setl_day, 1, 7) >= roster.from_month
    AND (roster.to_month = '' OR SUBSTR(landed.setl_day, 1, 7) <= roster.to_month)
