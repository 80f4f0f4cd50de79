# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Delays, checks and slews that the user gave: a restore brings them with it, bit for bit, though the
# new process did not read them; later edits are timed as without a checkpoint.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_special_design

# Edits that leave some of the annotations and take some away with the cell.
set edit { replace_cell u_x3 INV_X2; set_load 0.05 [get_nets l2] }

test "annotated delays of cells and nets" {
  check_special {} {
    set_assigned_delay -cell -from [get_pins u_x1/A] -to [get_pins u_x1/Y] 0.321
    set_assigned_delay -cell -rise -max -from [get_pins u_l1/A] -to [get_pins u_l1/Y] 0.2
    set_assigned_delay -net -fall -from [get_pins u_x2/Y] -to [get_pins u_x3/A] 0.1
    set_assigned_delay -net -min -from [get_pins u_ck1/Y] -to [get_pins u_ck2/A] 0.05
  } $edit
}

test "annotated checks" {
  check_special {} {
    set_assigned_check -setup -from [get_pins u_capture/CK] -to [get_pins u_capture/D] 0.2
    set_assigned_check -hold -rise -from [get_pins u_l0/G] -to [get_pins u_l0/D] 0.1
    set_assigned_check -recovery -from [get_pins u_slow/CK] -to [get_pins u_slow/RN] 0.15
    set_assigned_check -removal -max -from [get_pins u_slow/CK] -to [get_pins u_slow/RN] 0.07
  } $edit
}

test "annotated slews" {
  check_special {} {
    set_assigned_transition -rise 0.123 [get_pins u_x1/A]
    set_assigned_transition 0.2 [get_pins u_l1/Y]
    set_assigned_transition -fall -max 0.11 [get_pins u_ck1/Y]
  } $edit
}

test "annotation that another one takes the place of after the restore" {
  check_special {} {
    set_assigned_delay -cell -from [get_pins u_x1/A] -to [get_pins u_x1/Y] 0.321
    set_assigned_transition 0.2 [get_pins u_l1/Y]
  } {
    set_assigned_delay -cell -from [get_pins u_x1/A] -to [get_pins u_x1/Y] 0.123
    set_assigned_transition 0.1 [get_pins u_l1/Y]
  }
}

test "SDF that the engine wrote, for every arc" {
  new_process {} {
    load_special
    set_timing_derate -late 1.2
    write_sdf all.sdf
  }
  check_special {} { read_sdf all.sdf } $edit
}

# Three values each for minimum, typical and maximum.
write_bytes some.sdf {(DELAYFILE
  (SDFVERSION "3.0")
  (DESIGN "special")
  (DIVIDER /)
  (TIMESCALE 1ns)
  (CELL (CELLTYPE "special") (INSTANCE)
    (DELAY (ABSOLUTE
      (INTERCONNECT u_x1/Y u_x2/A (0.011:0.012:0.013) (0.021:0.022:0.023))
      (INTERCONNECT a u_launch/D (0.031:0.032:0.033))
    ))
  )
  (CELL (CELLTYPE "XOR2_X1") (INSTANCE u_x1)
    (DELAY (ABSOLUTE
      (IOPATH A Y (0.051:0.052:0.053) (0.061:0.062:0.063))
      (IOPATH B Y (::0.073) (0.081::))
    ))
  )
  (CELL (CELLTYPE "MUX2_X1") (INSTANCE u_mux)
    (DELAY (ABSOLUTE
      (COND ~A && B (IOPATH S Y (0.111:0.112:0.113) (0.121:0.122:0.123)))
    ))
  )
  (CELL (CELLTYPE "INV_X1") (INSTANCE u_x3)
    (DELAY (INCREMENT (IOPATH A Y (0.01:0.01:0.01) (0.01:0.01:0.01))))
  )
  (CELL (CELLTYPE "DFFR_X1") (INSTANCE u_capture)
    (DELAY (ABSOLUTE (IOPATH (posedge CK) Q (0.091:0.092:0.093) (0.101:0.102:0.103))))
    (TIMINGCHECK
      (SETUPHOLD (posedge D) (posedge CK) (0.131:0.132:0.133) (-0.011:-0.012:-0.013))
      (SETUP (negedge D) (posedge CK) (0.141:0.142:0.143))
      (RECOVERY RN (posedge CK) (0.151:0.152:0.153))
      (WIDTH (posedge CK) (0.441:0.442:0.443))
      (PERIOD (posedge CK) (0.951:0.952:0.953))
    )
  )
)
}

test "SDF for some arcs, conditional, incremental, with checks" {
  check_special {} { read_sdf some.sdf } $edit
}

test "SDF of single analysis, of its minimum and maximum" {
  foreach type { single bc_wc on_chip_variation } {
    check_state "load_special; set_operating_conditions -analysis_type $type" {
      read_sdf some.sdf
    } $edit
  }
}

test "annotations are told by the engine's own report" {
  set reports {}
  foreach commands {
    { read_sdf some.sdf; save_timing_checkpoint sdf -store report.ckp }
    { restore_timing_checkpoint sdf -store report.ckp }
  } {
    new_process commands {
      load_special
      eval $commands
      with_output_to_variable delays { report_annotated_delay -list_annotated }
      with_output_to_variable checks { report_annotated_check -setup -hold -list_annotated }
      # Limits of the clock at a pin are no delays.
      if { [info commands report_pulse_width_checks] ne "" } {
        report_pulse_width_checks -verbose [get_pins u_capture/CK] > widths
      } else {
        report_check_types -min_pulse_width -verbose > widths
      }
      report_check_types -min_period -verbose > periods
      write_bytes annotated.report $delays$checks[read_text widths][read_text periods]
    }
    lappend reports [read_text annotated.report]
  }
  # Later engines keep pulse widths at arcs, of which the library has none.
  set limits [expr { [has_clock_iterator] ? {0\.44.*0\.95} : {0\.95} }]
  assert_match "u_x1/A.*$limits" [lindex $reports 0]
  assert_equal [lindex $reports 1] [lindex $reports 0] "report of annotations"
}

test "a stage without annotation takes away those of the engine" {
  new_process {} {
    load_special
    save_timing_checkpoint plain -store mixed.ckp
    read_sdf some.sdf
    save_timing_checkpoint sdf -store mixed.ckp
  }
  new_process {} {
    load_special
    read_sdf some.sdf
    restore_timing_checkpoint plain -store mixed.ckp
    resize
    save_timing_checkpoint edited -store mixed.ckp
    restore_timing_checkpoint sdf -store mixed.ckp -partial
  }
  new_process {} {
    load_special
    engine_timing
    resize
    save_timing_checkpoint edited -store plain_native.ckp
  }
  assert_same_stage mixed.ckp edited plain_native.ckp edited
}

# Annotation of one scene only; slews are marked for all.
test "annotation in one of two scenes" {
  make_liberty fast.lib small_fast 0.6
  check_state {
    define_scenes { slow fast }
    load_special_design
  } {
    read_sdf -corner fast some.sdf
    set_assigned_delay -cell -corner slow -from [get_pins u_x2/A] -to [get_pins u_x2/Y] 0.2
    set_assigned_transition -corner fast 0.2 [get_pins u_l1/Y]
  } $edit
}

finish
