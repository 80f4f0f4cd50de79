# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Writes a small liberty whose delays and slews depend on input slew and load, not quite linearly.
#
#   make_liberty file name scale ?variation?    scale: 1.0 for slow, less for a faster corner
#
# With a variation, delays and slews of gates are distributions: their deviation is this part of them, and
# they have a mean shift and a skewness.
#
# Gates, tristate buffer, multiplexer and flip-flop with asynchronous reset in two drive strengths;
# latch, clock gate; a bidirectional pad. Units: 1 ns, 1 pF.

namespace eval small_liberty {
  # Every procedure adds to the text of the library.
  variable text
  variable scale
  variable variation

  proc emit { line } {
    variable text
    append text $line "\n"
  }

  # A 3x3 table of base + resistance * load + slew share, with a term of both.
  proc table { group template index1 index2 base per1 per2 cross } {
    variable scale
    emit "        ${group}(${template}) \{"
    emit "          index_1(\"[join $index1 {, }]\");"
    emit "          index_2(\"[join $index2 {, }]\");"
    set rows {}
    foreach a $index1 {
      set row {}
      foreach b $index2 {
        set value [expr { $scale * ($base + $per1 * $a + $per2 * $b + $cross * sqrt($a * $b)) }]
        lappend row [format %.6f $value]
      }
      lappend rows "\"[join $row {, }]\""
    }
    emit "          values([join $rows {, }]);"
    emit "        \}"
  }

  proc delay_tables { drive base } {
    set slews { 0.005 0.08 0.6 }
    set loads { 0.0004 0.012 0.12 }
    set r [expr { 2.4 / $drive }]
    varied_table cell_rise $slews $loads $base 0.21 [expr { 1.1 * $r }] 0.35
    varied_table cell_fall $slews $loads [expr { 0.9 * $base }] 0.17 $r 0.28
    varied_table rise_transition $slews $loads 0.004 0.11 [expr { 2.1 * $r }] 0.12
    varied_table fall_transition $slews $loads 0.003 0.09 [expr { 1.8 * $r }] 0.10
  }

  proc varied_table { group slews loads args } {
    variable variation
    table $group delay_3x3 $slews $loads {*}$args
    foreach { moment share } { sigma 1.0 mean_shift 0.3 skewness 0.7 } {
      if { $variation > 0.0 } {
        set share [expr { $share * $variation }]
        table ocv_${moment}_$group delay_3x3 $slews $loads {*}[lmap term $args {
          expr { $share * $term }
        }]
      }
    }
  }

  proc check_tables { base per_data per_clock } {
    set slews { 0.005 0.08 0.6 }
    table rise_constraint check_3x3 $slews $slews $base $per_data $per_clock 0.02
    table fall_constraint check_3x3 $slews $slews [expr { 1.2 * $base }] $per_data $per_clock 0.01
  }

  # attributes: lines of the timing group; tables: script that adds the tables.
  proc timing { attributes tables } {
    emit "      timing() \{"
    foreach attribute $attributes {
      emit "        $attribute;"
    }
    uplevel 1 $tables
    emit "      \}"
  }

  proc pin { name attributes { timings {} } } {
    emit "    pin($name) \{"
    foreach attribute $attributes {
      emit "      $attribute;"
    }
    uplevel 1 $timings
    emit "    \}"
  }

  proc cell { name body } {
    emit "  cell($name) \{"
    emit "    area : 1.0;"
    uplevel 1 $body
    emit "  \}"
  }

  proc input { name capacitance args } {
    pin $name [concat [list "direction : input" "capacitance : [format %.6f $capacitance]"] $args]
  }

  proc gate { name drive inputs function sense base } {
    cell ${name}_X$drive {
      foreach pin_name $inputs {
        input $pin_name [expr { 0.0012 * $drive }]
      }
      pin Y [list "direction : output" "function : \"$function\"" "max_capacitance : 0.2"] {
        foreach pin_name $inputs {
          timing [list "related_pin : \"$pin_name\"" "timing_sense : $sense"] {
            delay_tables $drive $base
          }
          # Later inputs are nearer to the output.
          set base [expr { $base * 0.93 }]
        }
      }
    }
  }

  proc flip_flop { drive } {
    cell DFFR_X$drive {
      emit "    ff(IQ, IQN) \{ next_state : \"D\"; clocked_on : \"CK\"; clear : \"!RN\"; \}"
      pin D { "direction : input" "capacitance : 0.0011" } {
        timing { "related_pin : \"CK\"" "timing_type : setup_rising" } {
          check_tables 0.03 0.12 -0.05
        }
        timing { "related_pin : \"CK\"" "timing_type : hold_rising" } {
          check_tables 0.006 -0.03 0.06
        }
      }
      pin RN { "direction : input" "capacitance : 0.0014" } {
        timing { "related_pin : \"CK\"" "timing_type : recovery_rising" } {
          check_tables 0.04 0.05 -0.02
        }
        timing { "related_pin : \"CK\"" "timing_type : removal_rising" } {
          check_tables 0.01 -0.02 0.04
        }
      }
      input CK 0.0009 "clock : true"
      foreach { output function sense } { Q IQ positive_unate QN IQN negative_unate } {
        pin $output [list "direction : output" "function : \"$function\""] {
          timing { "related_pin : \"CK\"" "timing_type : rising_edge" } {
            delay_tables $drive 0.06
          }
          set type [expr { $output == "Q" ? "clear" : "preset" }]
          set sense [expr { $output == "Q" ? "positive_unate" : "negative_unate" }]
          timing [list "related_pin : \"RN\"" "timing_type : $type" "timing_sense : $sense"] {
            delay_tables $drive 0.05
          }
        }
      }
    }
  }

  proc latch {} {
    cell LATCH_X1 {
      emit "    latch(IQ, IQN) \{ enable : \"G\"; data_in : \"D\"; \}"
      pin D { "direction : input" "capacitance : 0.0011" } {
        timing { "related_pin : \"G\"" "timing_type : setup_falling" } {
          check_tables 0.03 0.10 -0.04
        }
        timing { "related_pin : \"G\"" "timing_type : hold_falling" } {
          check_tables 0.006 -0.03 0.05
        }
      }
      input G 0.0009 "clock : true"
      pin Q { "direction : output" "function : \"IQ\"" } {
        timing { "related_pin : \"D\"" "timing_sense : positive_unate" } {
          delay_tables 1 0.05
        }
        timing { "related_pin : \"G\"" "timing_type : rising_edge" } {
          delay_tables 1 0.055
        }
      }
    }
  }

  proc tristate { drive } {
    cell TBUF_X$drive {
      input A [expr { 0.0012 * $drive }]
      input EN 0.0014
      pin Y { "direction : output" "function : \"A\"" "three_state : \"!EN\"" } {
        timing { "related_pin : \"A\"" "timing_sense : positive_unate" } {
          delay_tables $drive 0.03
        }
        timing { "related_pin : \"EN\"" "timing_type : three_state_enable" } {
          delay_tables $drive 0.036
        }
        timing { "related_pin : \"EN\"" "timing_type : three_state_disable" } {
          delay_tables $drive 0.033
        }
      }
    }
  }

  # The select input decides which arcs there are, so that case analysis has something to disable.
  proc multiplexer { drive } {
    cell MUX2_X$drive {
      foreach pin_name { A B S } {
        input $pin_name [expr { 0.0011 * $drive }]
      }
      pin Y { "direction : output" "function : \"(A !S) + (B S)\"" } {
        timing { "related_pin : \"A\"" "timing_sense : positive_unate" } {
          delay_tables $drive 0.04
        }
        timing { "related_pin : \"B\"" "timing_sense : positive_unate" } {
          delay_tables $drive 0.042
        }
        foreach { sense when base } { positive_unate "!A B" 0.047 negative_unate "A !B" 0.045 } {
          timing [list "related_pin : \"S\"" "timing_sense : $sense" "when : \"$when\"" \
                    "sdf_cond : \"[string map { ! ~ " " " && " } $when]\""] {
            delay_tables $drive $base
          }
        }
      }
    }
  }

  proc clock_gate {} {
    cell CLKGATE_X1 {
      emit "    clock_gating_integrated_cell : \"latch_posedge\";"
      emit "    statetable(\"CK E\", \"IQ\") \{"
      emit "      table : \"L L : - : L, L H : - : H, H - : - : N\";"
      emit "    \}"
      pin IQ { "direction : internal" "internal_node : \"IQ\"" }
      pin E { "direction : input" "capacitance : 0.0010" "clock_gate_enable_pin : true" } {
        timing { "related_pin : \"CK\"" "timing_type : setup_rising" } {
          check_tables 0.04 0.11 -0.04
        }
        timing { "related_pin : \"CK\"" "timing_type : hold_rising" } {
          check_tables 0.004 -0.03 0.05
        }
      }
      input CK 0.0016 "clock : true" "clock_gate_clock_pin : true"
      pin GCK { "direction : output" "state_function : \"CK * IQ\"" \
                  "clock_gate_out_pin : true" } {
        timing { "related_pin : \"CK\"" "timing_sense : positive_unate" } {
          delay_tables 2 0.04
        }
      }
    }
  }

  proc pad {} {
    cell PAD_X1 {
      input A 0.0020
      input EN 0.0020
      pin PAD { "direction : inout" "capacitance : 0.8" "function : \"A\"" \
                  "three_state : \"!EN\"" } {
        timing { "related_pin : \"A\"" "timing_sense : positive_unate" } {
          delay_tables 8 0.3
        }
        timing { "related_pin : \"EN\"" "timing_type : three_state_enable" } {
          delay_tables 8 0.33
        }
      }
      pin Y { "direction : output" "function : \"PAD\"" } {
        timing { "related_pin : \"PAD\"" "timing_sense : positive_unate" } {
          delay_tables 2 0.12
        }
      }
    }
  }

  proc library { name } {
    emit "library($name) \{"
    emit "  delay_model : table_lookup;"
    emit "  time_unit : \"1ns\"; voltage_unit : \"1V\"; current_unit : \"1mA\";"
    emit "  leakage_power_unit : \"1nW\"; pulling_resistance_unit : \"1kohm\";"
    emit "  capacitive_load_unit(1, pf);"
    emit "  nom_process : 1.0; nom_voltage : 1.1; nom_temperature : 25.0;"
    foreach edge { rise fall } {
      emit "  input_threshold_pct_$edge : 50; output_threshold_pct_$edge : 50;"
      emit "  slew_lower_threshold_pct_$edge : 20; slew_upper_threshold_pct_$edge : 80;"
    }
    emit "  default_max_transition : 1.0;"
    foreach { template first second } {
      delay_3x3 input_net_transition total_output_net_capacitance
      check_3x3 related_pin_transition constrained_pin_transition
    } {
      emit "  lu_table_template($template) \{"
      emit "    variable_1 : $first; variable_2 : $second;"
      emit "    index_1(\"1, 2, 3\"); index_2(\"1, 2, 3\");"
      emit "  \}"
    }
    foreach drive { 1 2 } {
      gate INV $drive { A } "!A" negative_unate 0.012
      gate BUF $drive { A } "A" positive_unate 0.025
      gate NAND2 $drive { A B } "!(A B)" negative_unate 0.018
      gate XOR2 $drive { A B } "A ^ B" non_unate 0.034
      flip_flop $drive
      tristate $drive
      multiplexer $drive
    }
    latch
    clock_gate
    pad
    emit "\}"
  }
}

proc make_liberty { file name scale { variation 0.0 } } {
  set small_liberty::text ""
  set small_liberty::variation $variation
  set small_liberty::scale $scale
  small_liberty::library $name
  set stream [open $file w]
  puts -nonewline $stream $small_liberty::text
  close $stream
}
