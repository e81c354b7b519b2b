-- Which hospitals have cases of which groups.
SELECT DISTINCT institution, group_code FROM {cases} ORDER BY institution, group_code
