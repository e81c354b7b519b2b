-- 每个文件、每种问题的条数，和编号最前的几条。
SELECT code, file, records, setl_id, detail
FROM (
    SELECT code, file, setl_id, detail,
        COUNT(*) OVER (PARTITION BY code, file) AS records,
        ROW_NUMBER() OVER (PARTITION BY code, file ORDER BY setl_id, detail) AS place
    FROM claim_faults
) AS numbered
WHERE place <= {most}
ORDER BY file, code, place
