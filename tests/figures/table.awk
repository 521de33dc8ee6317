# From lines `figure NAME NUMBER` and the goals the table of both.
$1 == "figure" && NF == 3 && $3 ~ /^[0-9]+$/ {
  sum[$2] += $3
  if ($2 in said) { if ($3 > max[$2]) max[$2] = $3 } else max[$2] = $3
  said[$2] = 1
}

# What the column "figure" of a goal asks for, or "".
function reached(asked,   parts, name, n, most, prefix) {
  if (split(asked, parts, "%") == 2) return parts[1] in said && sum[parts[2]] > 0 ? sprintf("%.1f", 100 * sum[parts[1]] / sum[parts[2]]) : ""
  if (asked !~ /\*/) return asked in said ? sum[asked] : ""
  prefix = substr(asked, 1, index(asked, "*") - 1)
  for (name in said) if (index(name, prefix) == 1) { ++n; if (max[name] > most) most = max[name] }
  return n == 0 ? "" : asked ~ /=max$/ ? most : n
}

function holds(got, goal) { return got != "" && (goal ~ /^</ ? got + 0 <= substr(goal, 2) + 0 : got + 0 >= goal + 0) }

function shown(number) { while (number ~ /[0-9][0-9][0-9][0-9]($|,)/) sub(/[0-9][0-9][0-9]($|,)/, ",&", number); return number }

END {
  printf "%-4s %-58s %13s %13s   %s\n", "", "", "goal", "reached", "command"
  while ((getline line < goals) > 0) {
    if (line ~ /^#/ || split(line, g, / *[|] */) < 7) continue
    if (g[column] == "-") continue
    got = reached(g[3])
    mark = holds(got, g[column]) || (got == "" && g[3] != "-") ? "-" : g[7]
    printf "%-4s %-58s %13s %13s   %s\n", g[1], g[2], shown(g[column]), got == "" ? "-" : shown(got), g[6]
    if (mark != "-") printf "     less: %s\n", mark
  }
}
