# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# What Debian's engine itself says of its timing, without a checkpoint: the input of diff_reference.py.

# Writes lines of fields that a tab separates:
#   vertex NAME IS_DRIVER SLEWS SLACKS    SLEWS and SLACKS: of rise, then of fall, as below
#   arc FROM TO KIND DELAYS
#   end SCENE PATH_DELAY GROUP CLOCK NAME SLACK
# Values are those of all scenes, for each of min and max, in this order; in seconds, as the shortest
# decimals of the doubles that the floats are. `scenes` are in the order of the engine; `groups` are
# those that endpoints are told by.
proc dump_timing { file scenes groups } {
  set stream [open $file w]
  sta::find_timing_cmd 0
  sta::find_requireds
  each vertex [sta::vertex_iterator] {
    dump_vertex $stream $vertex
  }
  foreach scene $scenes {
    foreach path_delay { min max } {
      foreach group $groups {
        dump_endpoints $stream $scene $path_delay $group
      }
    }
  }
  close $stream
}

proc dump_vertex { stream vertex } {
  set name [sta::vertex_path_name $vertex]
  puts $stream [join [list vertex $name [$vertex is_bidirect_driver] \
    [concat [$vertex slews rise] [$vertex slews fall]] \
    [concat [$vertex slacks rise] [$vertex slacks fall]]] \t]
  each edge [$vertex out_edge_iterator] {
    foreach arc [edge_arcs $edge] {
      set kind "[$arc role] [$arc from_trans_name] -> [$arc to_trans_name]"
      set kind [string map { rise ^ fall v } $kind]
      puts $stream [join [list arc $name [sta::vertex_path_name [$edge to]] $kind \
        [$edge arc_delays $arc]] \t]
    }
  }
}

proc dump_endpoints { stream scene path_delay group } {
  set corner [expr { [llength [info commands define_corners]] ? [list -corner $scene] : {} }]
  foreach end [find_timing_paths {*}$corner -path_delay $path_delay -path_group $group \
    -group_count 1000000 -endpoint_count 1] {
    set clock [$end target_clk]
    set clock [expr { $clock eq "NULL" ? "" : [get_name $clock] }]
    puts $stream [join [list end $scene $path_delay $group $clock \
      [sta::vertex_path_name [$end vertex]] [$end slack]] \t]
  }
}
