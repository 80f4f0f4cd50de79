# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Two attempts at the worst paths, both from the routed stage. The first is
# saved and rolled back; the second then has the routed stage as its base.

set sta_continue_on_error 0
source $env(CKP_DEMO_SCRIPTS)/common.tcl

# Names of `count` instances of cells `from` on the worst paths.
proc weak_instances { from count } {
  set found {}
  foreach path_end [find_timing_paths -path_delay max -group_count 200] {
    foreach point [get_property $path_end points] {
      set inst [file dirname [get_property [get_property $point pin] full_name]]
      if { $inst ne "." && [get_property [get_cells $inst] ref_name] eq $from
           && $inst ni $found } {
        lappend found $inst
        if { [llength $found] == $count } { return $found }
      }
    }
  }
  return $found
}

proc swap { instances cell } {
  foreach inst $instances { replace_cell $inst osu018_stdcells/$cell }
  puts "$cell in place of [llength $instances] instances: [join $instances {, }]"
  report_slack
}

load_stage route with_wires
restore_timing_checkpoint route

puts "\nFirst attempt: stronger buffers."
set buffers [weak_instances BUFX2 12]
swap $buffers BUFX4
save_timing_checkpoint eco_buffers

puts "\nBack to route. The edited netlist is not what was saved, so this is refused:"
if { [catch { rollback_timing_checkpoint route } message] == 0 } {
  error "A roll back with other cells in place was not refused."
}
puts $message
puts "\nWith the edit undone it works:"
swap $buffers BUFX2
rollback_timing_checkpoint route
report_slack

puts "\nSecond attempt: stronger inverters."
swap [weak_instances INVX1 12] INVX4
save_timing_checkpoint eco_inverters
