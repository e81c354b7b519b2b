-- 退费：一正一负两条记录成对。负数记录写明所冲编号的按编号配，没有写的按人、机构、类别配；金额须完全相反。
-- other_side 为空的没有配成对。
WITH refunds AS (
    SELECT file, setl_id, person, institution, med_type, setl_day, medfee_fen, hifp_fen, fund_fen, personal_fen,
        init_setl_id, refd_setl_flag
    FROM claim_landed
    WHERE vali_flag = {valid} AND (refd_setl_flag = {refunded} OR medfee_fen < 0)
),
named AS (SELECT DISTINCT init_setl_id AS setl_id FROM refunds WHERE medfee_fen < 0 AND init_setl_id <> ''),
originals AS (  -- 所冲的原记录，导出时可能还没有标退费
    SELECT landed.file, landed.setl_id, person, institution, med_type, setl_day,
        medfee_fen, hifp_fen, fund_fen, personal_fen, landed.setl_id AS link
    FROM claim_landed AS landed JOIN named ON named.setl_id = landed.setl_id
    WHERE vali_flag = {valid} AND medfee_fen >= 0
    UNION ALL
    SELECT refunds.file, refunds.setl_id, person, institution, med_type, setl_day,
        medfee_fen, hifp_fen, fund_fen, personal_fen, '' AS link
    FROM refunds LEFT JOIN named ON named.setl_id = refunds.setl_id
    WHERE medfee_fen >= 0 AND named.setl_id IS NULL
),
sides AS (
    SELECT 'positive' AS side, file, setl_id, person, institution, med_type, setl_day, link,
        medfee_fen, hifp_fen, fund_fen, personal_fen
    FROM originals
    UNION ALL
    SELECT 'negative', file, setl_id, person, institution, med_type, setl_day, init_setl_id,
        -medfee_fen, -hifp_fen, -fund_fen, -personal_fen
    FROM refunds WHERE medfee_fen < 0
),
numbered AS (
    SELECT *, ROW_NUMBER() OVER (
        PARTITION BY side, link, person, institution, med_type, medfee_fen, hifp_fen, fund_fen, personal_fen
        ORDER BY setl_day, setl_id, file
    ) AS turn
    FROM sides
)
SELECT ours.file, ours.setl_id, ours.side, COALESCE(theirs.side, '') AS other_side,
    CASE WHEN ours.side = 'negative' THEN -ours.medfee_fen ELSE ours.medfee_fen END AS medfee_fen
FROM numbered AS ours
LEFT JOIN numbered AS theirs
    ON theirs.side <> ours.side AND theirs.link = ours.link AND theirs.person = ours.person
    AND theirs.institution = ours.institution AND theirs.med_type = ours.med_type
    AND theirs.medfee_fen = ours.medfee_fen AND theirs.hifp_fen = ours.hifp_fen
    AND theirs.fund_fen = ours.fund_fen AND theirs.personal_fen = ours.personal_fen AND theirs.turn = ours.turn
