import pytest

EDITS = [
    ("CREATE DEFINER=`a`@`b` VIEW v AS SELECT 1", "CREATE DEFINER=CURRENT_USER VIEW v AS SELECT 1"),
    (
        "CREATE DEFINER = root VIEW v AS SELECT 1",
        "CREATE DEFINER = CURRENT_USER VIEW v AS SELECT 1",
    ),
    (
        "/*!50001 CREATE ALGORITHM=MERGE */ /*!50013 DEFINER=`a`@`%` SQL SECURITY DEFINER */ "
        "/*!50001 VIEW v AS SELECT 1 */",
        "/*!50001 CREATE ALGORITHM=MERGE */ /*!50013 DEFINER=CURRENT_USER SQL SECURITY DEFINER */ "
        "/*!50001 VIEW v AS SELECT 1 */",
    ),
    (
        "CREATE DEFINER='a'@'b' TRIGGER t BEFORE INSERT ON u FOR EACH ROW SET @x = 1",
        "CREATE DEFINER=CURRENT_USER TRIGGER t BEFORE INSERT ON u FOR EACH ROW SET @x = 1",
    ),
    (
        "CREATE DEFINER=a@localhost PROCEDURE p() SELECT 'DEFINER=x'",
        "CREATE DEFINER=CURRENT_USER PROCEDURE p() SELECT 'DEFINER=x'",
    ),
]
EVENT = "CREATE EVENT e ON SCHEDULE EVERY 1 DAY "
EVENT_EDITS = [
    (EVENT + "DO SELECT 1", EVENT + "DISABLE DO SELECT 1"),
    (EVENT + "ENABLE DO SELECT 1", EVENT + "DISABLE DO SELECT 1"),
    (
        EVENT + "ON COMPLETION NOT PRESERVE ENABLE COMMENT 'x' DO SELECT 1",
        EVENT + "ON COMPLETION NOT PRESERVE DISABLE COMMENT 'x' DO SELECT 1",
    ),
    (EVENT + "COMMENT 'ENABLE' DO SELECT 1", EVENT + "DISABLE COMMENT 'ENABLE' DO SELECT 1"),
    (EVENT + "DISABLE ON SLAVE DO SELECT 1", EVENT + "DISABLE DO SELECT 1"),
    (
        "CREATE EVENT e ON SCHEDULE AT (now() + enable) DO SELECT 1",
        "CREATE EVENT e ON SCHEDULE AT (now() + enable) DISABLE DO SELECT 1",
    ),
    (
        "CREATE DEFINER=view EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
        "CREATE DEFINER=CURRENT_USER EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
    ),
]


@pytest.mark.parametrize(("text", "sent"), EDITS)
def test_definer_becomes_the_restoring_account(rewrite, text, sent):
    assert rewrite(text) == (sent, {"definer"})


@pytest.mark.parametrize(("text", "sent"), EVENT_EDITS)
def test_an_event_is_created_disabled(rewrite, text, sent):
    assert rewrite(text)[0] == sent
