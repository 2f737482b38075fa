import pytest

# As dumps of Percona Server 5.7.17 and 5.7.22 have them.
LINES = r"""
/*!50112 SELECT COUNT(*) INTO @is_rocksdb_supported FROM INFORMATION_SCHEMA.SESSION_VARIABLES WHERE VARIABLE_NAME='rocksdb_bulk_load' */
/*!50112 SET @save_old_rocksdb_bulk_load = IF (@is_rocksdb_supported, 'SET @old_rocksdb_bulk_load = @@rocksdb_bulk_load', 'SET @dummy_old_rocksdb_bulk_load = 0') */
/*!50112 PREPARE s FROM @save_old_rocksdb_bulk_load */
/*!50112 EXECUTE s */
/*!50112 SET @enable_bulk_load = IF (@is_rocksdb_supported, 'SET SESSION rocksdb_bulk_load = 1', 'SET @dummy_rocksdb_bulk_load = 0') */
/*!50112 PREPARE s FROM @enable_bulk_load */
/*!50112 DEALLOCATE PREPARE s */
/*!50112 SET @disable_bulk_load = IF (@is_rocksdb_supported, 'SET SESSION rocksdb_bulk_load = @old_rocksdb_bulk_load', 'SET @dummy_rocksdb_bulk_load = 0') */
/*!50112 PREPARE s FROM @disable_bulk_load */
/*!50717 SELECT COUNT(*) INTO @rocksdb_has_p_s_session_variables FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'performance_schema' AND TABLE_NAME = 'session_variables' */
/*!50717 SET @rocksdb_get_is_supported = IF (@rocksdb_has_p_s_session_variables, 'SELECT COUNT(*) INTO @rocksdb_is_supported FROM performance_schema.session_variables WHERE VARIABLE_NAME=\'rocksdb_bulk_load\'', 'SELECT 0') */
/*!50717 PREPARE s FROM @rocksdb_get_is_supported */
/*!50717 SET @rocksdb_enable_bulk_load = IF (@rocksdb_is_supported, 'SET SESSION rocksdb_bulk_load = 1', 'SET @rocksdb_dummy_bulk_load = 0') */
/*!50717 PREPARE s FROM @rocksdb_enable_bulk_load */
"""  # noqa: E501 - as it is in the dumps
WRITTEN = LINES.strip().splitlines()


@pytest.mark.parametrize("line", WRITTEN)
def test_a_line_of_perconas_mysqldump_is_left_out(judge, line):
    verdict = judge.judge(line.encode(), 1)
    assert (verdict.sql, [use.rule.name for use in verdict.uses]) == ((), ["rocksdb-bulk-load"])
    assert verdict.refusal is None


@pytest.mark.parametrize(
    "text",
    [
        "PREPARE s FROM @enable",
        "PREPARE s FROM 'SHUTDOWN'",
        "PREPARE p FROM @enable_bulk_load",
        "PREPARE s FROM @ENABLE_bulk_load",
        "EXECUTE s USING @a",
        "EXECUTE t",
        "DEALLOCATE PREPARE t",
        "SELECT COUNT(1) INTO @is_rocksdb_supported FROM INFORMATION_SCHEMA.SESSION_VARIABLES"
        " WHERE VARIABLE_NAME='rocksdb_bulk_load'",
        "EXECUTE s 'x",
    ],
)
def test_a_line_that_differs_by_a_word_is_refused(judge, text):
    assert judge.judge(text.encode(), 1).refusal is not None


def test_a_variable_with_another_text_is_followed_as_any_other(judge):
    line = next(line for line in WRITTEN if "@enable_bulk_load = " in line)
    changed = line.replace("bulk_load = 1'", "bulk_load = 2'").encode()
    assert judge.judge(changed, 1).sql == (changed,)
