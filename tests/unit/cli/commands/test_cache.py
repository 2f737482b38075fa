from rewound.cli.commands.cache import fold_users


def test_worlds_that_use_a_baseline_are_folded_by_fleet():
    users = ["before/eu-host03", "after/eu-host03", "before/eu-host06", "before/eu-host07"]
    assert fold_users(users) == "before/eu-host[03,06-07], after/eu-host03"


def test_users_in_other_state_folders_say_so():
    users = ["a/host1", "a/host1 in /srv/b", "a/host2 in /srv/b", "busy in /srv/c"]
    assert fold_users(users) == "a/host1, a/host[1-2] in /srv/b, busy in /srv/c"
