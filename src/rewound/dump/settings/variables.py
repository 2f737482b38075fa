"""The session variables of MySQL, MariaDB and Percona Server, by what a dump may do with them.

Pure. A variable in none of the classes is unknown, and a dump that sets it is refused.

Sources: SHOW SESSION VARIABLES of MySQL 9.7.4; the reference manuals of MySQL 5.0 to 9.7,
"Server System Variables"; MariaDB's list of server system variables, 5.5 to 11.8; Percona
Server 5.5 to 8.4.
"""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


EXECUTED = _names("""
    autocommit auto_increment_increment auto_increment_offset block_encryption_mode
    character_set_client character_set_connection character_set_results character_set_server
    collation_connection collation_database collation_server cte_max_recursion_depth
    default_week_format div_precision_increment
    explicit_defaults_for_timestamp foreign_key_checks group_concat_max_len identity
    information_schema_stats_expiry innodb_ft_enable_stopword insert_id last_insert_id
    lc_time_names rand_seed1 rand_seed2
    show_create_table_verbosity sql_auto_is_null sql_mode sql_quote_show_create
    sql_safe_updates time_zone timestamp transaction_isolation
    transaction_read_only unique_checks
""")
"""They decide what values and definitions become, or how text is read."""

WITNESS = _names("max_error_count sql_notes sql_warnings")
"""They decide which warnings the server gives, and warnings report changed values."""

TUNING = _names("""
    big_tables bulk_insert_buffer_size connect_timeout connection_memory_chunk_size
    connection_memory_limit default_tmp_storage_engine enable_secondary_engine_statistics
    end_markers_in_json eq_range_index_dive_limit explain_format explain_json_format_version
    general_log generated_random_password_length global_connection_memory_tracking
    histogram_generation_max_mem_size innodb_ddl_buffer_size innodb_ddl_threads
    innodb_lock_wait_timeout innodb_parallel_read_threads
    innodb_stats_on_metadata innodb_table_locks interactive_timeout
    internal_tmp_mem_storage_engine join_buffer_size keep_files_on_create key_buffer_size
    lc_messages lock_wait_timeout long_query_time low_priority_updates max_allowed_packet
    max_connections max_delayed_threads max_execution_time max_heap_table_size
    max_insert_delayed_threads max_join_size max_length_for_sort_data max_points_in_geometry
    max_seeks_for_key max_sort_length max_sp_recursion_depth max_user_connections
    min_examined_row_limit myisam_sort_buffer_size myisam_stats_method net_buffer_length
    net_read_timeout net_retry_count net_write_timeout old_alter_table
    optimizer_max_subgraph_pairs optimizer_prune_level optimizer_search_depth optimizer_switch
    optimizer_trace optimizer_trace_features optimizer_trace_limit optimizer_trace_max_mem_size
    optimizer_trace_offset parser_max_mem_size preload_buffer_size print_identified_with_as_hex
    profiling profiling_history_size query_alloc_block_size query_prealloc_size
    range_alloc_block_size range_optimizer_max_mem_size read_buffer_size read_rnd_buffer_size
    resultset_metadata secondary_engine_cost_threshold select_into_buffer_size
    select_into_disk_sync select_into_disk_sync_delay session_track_gtids session_track_schema
    session_track_state_change session_track_system_variables session_track_transaction_info
    set_operations_buffer_size show_create_table_skip_secondary_engine
    show_gipk_in_create_table_and_information_schema slow_query_log sort_buffer_size
    sql_big_selects sql_buffer_result sql_log_off sql_select_limit
    terminology_use_previous tmp_table_size transaction_alloc_block_size
    transaction_allow_batching transaction_prealloc_size updatable_views_with_limit
    use_secondary_engine wait_timeout windowing_use_high_precision xa_detach_on_prepare
""")
"""Variables of MySQL that decide how fast, in how much memory and for how long something is done,
or what is shown and logged.
"""

FOREIGN = _names("""
    avoid_temporal_upgrade engine_condition_pushdown innodb_create_intrinsic innodb_file_format
    innodb_large_prefix innodb_support_xa internal_tmp_disk_storage_engine log_warnings
    max_tmp_tables metadata_locks_cache_size multi_range_count old_passwords query_cache_limit
    query_cache_min_res_unit query_cache_size query_cache_type query_cache_wlock_invalidate
    show_old_temporals sql_big_tables sql_low_priority_updates sql_max_join_size
    storage_engine sync_frm table_type tx_isolation tx_read_only

    alter_algorithm analyze_sample_percentage aria_repair_threads aria_sort_buffer_size
    aria_stats_method character_set_collations check_constraint_checks
    column_compression_threshold column_compression_zlib_level
    column_compression_zlib_strategy column_compression_zlib_wrap deadlock_search_depth_long
    deadlock_search_depth_short deadlock_timeout_long deadlock_timeout_short
    default_regex_flags default_table_type enforce_storage_engine expensive_subquery_limit
    gtid_domain_id gtid_seq_no histogram_size histogram_type idle_readonly_transaction_timeout
    idle_transaction_timeout idle_write_transaction_timeout in_predicate_conversion_threshold
    innodb_compression_default innodb_default_encryption_key_id innodb_snapshot_isolation
    join_buffer_space_limit join_cache_level log_disabled_statements
    log_slow_disabled_statements log_slow_filter log_slow_query log_slow_query_time
    log_slow_rate_limit log_slow_verbosity max_recursive_iterations max_rowid_filter_size
    max_session_mem_used max_statement_time mrr_buffer_size myisam_repair_threads
    note_verbosity old_mode optimizer_adjust_secondary_key_costs optimizer_extra_pruning_depth
    optimizer_join_limit_pref_ratio optimizer_max_sel_arg_weight optimizer_max_sel_args
    optimizer_scan_setup_cost optimizer_selectivity_sampling_limit
    optimizer_use_condition_selectivity optimizer_where_cost progress_report_time
    query_cache_strip_comments replicate_annotate_row_events binlog_annotate_row_events
    rowid_merge_buff_size session_track_user_variables skip_parallel_replication
    skip_replication sql_if_exists standard_compliant_cte system_versioning_alter_history
    system_versioning_asof system_versioning_insert_history tcp_nodelay tmp_memory_table_size
    use_stat_tables wsrep_causal_reads wsrep_dirty_reads wsrep_on wsrep_osu_method
    wsrep_retry_autocommit wsrep_sync_wait wsrep_trx_fragment_size wsrep_trx_fragment_unit

    expand_fast_index_creation innodb_fake_changes log_slow_sp_statements
    rocksdb_bulk_load rocksdb_bulk_load_allow_sk rocksdb_bulk_load_allow_unsorted
    rocksdb_bulk_load_size rocksdb_commit_in_the_middle rocksdb_write_disable_wal
    tokudb_bulk_fetch tokudb_commit_sync tokudb_disable_slow_alter tokudb_loader_memory_size
    tokudb_lock_timeout tokudb_prelock_empty tokudb_row_format userstat
""")
"""Variables of older MySQL, MariaDB, and Percona Server with its engines; MySQL 8.0 and newer lack
them. They tune, or concern what the text of a dump states anyway.
"""

BINARY_LOG = _names("""
    binlog_direct_non_transactional_updates binlog_format binlog_row_image
    binlog_row_value_options binlog_rows_query_log_events binlog_transaction_compression
    binlog_transaction_compression_level_zstd group_replication_consistency gtid_next
    immediate_server_version original_commit_timestamp original_server_version
    pseudo_replica_mode pseudo_slave_mode pseudo_thread_id rbr_exec_mode sql_log_bin
""")
"""They concern a log that the server of a world does not write."""

DECIDED_HERE = _names("""
    character_set_database character_set_filesystem innodb_strict_mode innodb_tmpdir
    restrict_fk_on_non_standard_key sql_require_primary_key
""")
"""Most require a privilege that a dump does not get; the server of a world has the values that
every dump needs.
"""

DECIDED_HERE_IF_OFF = _names("sql_generate_invisible_primary_key")
"""Off is the value here as well; on would change definitions, and requires the same privilege."""

NULLABLE = _names("character_set_results")
"""They accept NULL, which is the value of an unset user variable."""

STORAGE_ENGINE = _names("default_storage_engine storage_engine table_type")
"""The engine for tables that name none, as MySQL 8.0, 5.x and 4.x call the variable."""
