# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors

# The user commands stand in the engine's own namespace, so that help lists
# them. They only sort their arguments; meaning and ranges are checked in C++.

namespace eval sta {
  define_cmd_args "set_timing_checkpoint_store" { dir }

  proc set_timing_checkpoint_store { args } {
    parse_key_args "set_timing_checkpoint_store" args keys {} flags {}
    # Absolute, so that the store stays the same after a cd.
    set dirs [lmap dir $args { ckp::path [expr { $dir eq "" ? "" : [file normalize $dir] }] }]
    ckp::set_store_cmd $dirs {} {}
  }

  define_cmd_args "save_timing_checkpoint" {stage [-store dir]\
    [-base stage|-full]\
    [-codec auto|lz4|zstd|numeric]\
    [-level level]\
    [-tolerance seconds]\
    [-attach name_file_list]\
    [-with_design]\
    [-note text]\
    [-meta key_value_list]\
    [-format text|json]\
    [> filename] [>> filename]}

  proc_redirect save_timing_checkpoint {
    parse_key_args "save_timing_checkpoint" args \
      keys { -store -base -codec -level -tolerance -attach -note -meta -format } \
      flags { -full -with_design }
    ckp::save_cmd $args [ckp::options keys] [array names flags]
  }

  define_cmd_args "restore_timing_checkpoint" {stage [-store dir]\
    [-scenes names] [-partial] [-no_proof] [-with_design]\
    [-extract dir]\
    [-format text|json]\
    [> filename] [>> filename]}

  proc_redirect restore_timing_checkpoint {
    parse_key_args "restore_timing_checkpoint" args keys { -store -scenes -extract -format } \
      flags { -partial -no_proof -with_design }
    ckp::restore_cmd $args [ckp::options keys] [array names flags]
  }

  define_cmd_args "rollback_timing_checkpoint" {stage [-store dir]\
    [-no_proof] [-with_design]\
    [-format text|json]\
    [> filename] [>> filename]}

  proc_redirect rollback_timing_checkpoint {
    parse_key_args "rollback_timing_checkpoint" args keys { -store -format } \
      flags { -no_proof -with_design }
    ckp::rollback_cmd $args [ckp::options keys] [array names flags]
  }

  define_cmd_args "report_timing_checkpoints" {[-store dir]\
    [-format text|json|csv|markdown|html]\
    [> filename] [>> filename]}

  proc_redirect report_timing_checkpoints {
    parse_key_args "report_timing_checkpoints" args keys { -store -format } flags {}
    ckp::report_cmd $args [ckp::options keys] {}
  }

  define_cmd_args "report_timing_checkpoint_diff" {from to\
    [-store dir]\
    [-format text|json|csv|markdown|html]\
    [-endpoints count]\
    [-depth levels] [-divider letter]\
    [-ulp count] [-tolerance seconds]\
    [-quick]\
    [-fail_if condition]\
    [> filename] [>> filename]}

  proc_redirect report_timing_checkpoint_diff {
    parse_key_args "report_timing_checkpoint_diff" args keys {
      -store -format -endpoints -depth -divider -ulp -tolerance -fail_if
    } flags { -quick }
    ckp::report_diff_cmd $args [ckp::options keys] [array names flags]
  }

  define_cmd_args "report_timing_checkpoint_history" {pin ...\
    [-path_delay min|max]\
    [-scene scene]\
    [-store dir]\
    [-format text|json|csv|markdown]\
    [> filename] [>> filename]}

  proc_redirect report_timing_checkpoint_history {
    parse_key_args "report_timing_checkpoint_history" args \
      keys { -path_delay -scene -store -format } flags {}
    ckp::report_history_cmd $args [ckp::options keys] {}
  }

  define_cmd_args "delete_timing_checkpoint" {stage [-store dir]}

  proc delete_timing_checkpoint { args } {
    parse_key_args "delete_timing_checkpoint" args keys { -store } flags {}
    ckp::delete_cmd $args [ckp::options keys] {}
  }

  define_cmd_args "compact_timing_checkpoints" {[-store dir]\
    [-keep_last count]\
    [-keep pattern_list]\
    [-keep_meta key_value_list]\
    [-dry_run]\
    [-format text|json]\
    [> filename] [>> filename]}

  proc_redirect compact_timing_checkpoints {
    parse_key_args "compact_timing_checkpoints" args \
      keys { -store -keep -keep_last -keep_meta -format } flags { -dry_run }
    ckp::compact_cmd $args [ckp::options keys] [array names flags]
  }

  define_cmd_args "report_timing_checkpoint_path" {[-from pins]\
    [-through pins]\
    [-to pins]\
    [-path_delay min|max]\
    [-scene scene] [-group group]\
    [-count count] [-digits digits]\
    [-stage stage] [-store dir]\
    [-format text|json]\
    [> filename] [>> filename]}

  proc_redirect report_timing_checkpoint_path {
    parse_key_args "report_timing_checkpoint_path" args keys {
      -from -through -to -path_delay -scene -group -count -digits -stage -store -format
    } flags {}
    ckp::report_path_cmd $args [ckp::options keys] {}
  }

  define_cmd_args "check_timing_checkpoints" {[-store dir] [-full]\
    [-repair new_dir]\
    [-format text|json]\
    [> filename] [>> filename]}

  proc_redirect check_timing_checkpoints {
    parse_key_args "check_timing_checkpoints" args keys { -store -repair -format } \
      flags { -full }
    ckp::check_cmd $args [ckp::options keys] [array names flags]
  }
}

namespace eval ckp {
  # The name of a file as the system knows it; ~ is the home directory.
  proc path { name } {
    return [expr { $name eq "" ? "" : [file nativename $name] }]
  }

  # The options that a command was given, with paths as the system knows them.
  proc options { keys_var } {
    upvar 1 $keys_var keys
    foreach key { -store -extract -repair } {
      if { [info exists keys($key)] } {
        set keys($key) [path $keys($key)]
      }
    }
    # What is no list of pairs is refused by the command.
    if { [info exists keys(-attach)] && [string is list $keys(-attach)]
         && [llength $keys(-attach)] % 2 == 0 } {
      set pairs {}
      foreach { name file } $keys(-attach) {
        lappend pairs $name [path $file]
      }
      set keys(-attach) $pairs
    }
    return [array get keys]
  }
}

namespace eval ckp {
  variable commands {
    set_timing_checkpoint_store
    save_timing_checkpoint
    restore_timing_checkpoint
    rollback_timing_checkpoint
    report_timing_checkpoints
    report_timing_checkpoint_diff
    report_timing_checkpoint_path
    report_timing_checkpoint_history
    delete_timing_checkpoint
    compact_timing_checkpoints
    check_timing_checkpoints
  }

  # Takes the commands back before the code behind them is unloaded.
  proc remove_commands {} {
    variable commands
    foreach command $commands {
      # Its imports go with it.
      rename ::sta::$command {}
      unset ::sta::cmd_args($command)
    }
    namespace delete ::ckp
  }
}

namespace import -force {*}[lmap command $ckp::commands { string cat ::sta:: $command }]
