# Reads segments with payload, one a line: number of the connection, source port, relative sequence number, length, payload
# in hex, tab between. Follows each direction of each connection along its chain of TLS records (RFC 8446 5.1: type,
# version, length) and prints how many packets and bytes lay on such a chain, and how many did not. From the first byte that
# is no record on, the direction counts as other, and so does a segment after a hole, which nobody can follow.

function number(hex,  i, n) {
  for (i = 1; i <= length(hex); i++) n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
  return n
}

# A direction begins with a handshake, or with the alert of a side that refuses.
function is_header(hex, first,  type, size) {
  type = substr(hex, 1, 2)
  size = number(substr(hex, 7, 4))
  if (first ? type !~ /^1[56]$/ : type !~ /^1[4-7]$/) return 0
  return substr(hex, 3, 4) ~ /^030[1-3]$/ && size > 0 && size <= 16640
}

# follow DIRECTION HEX: whether these bytes go on where the records were.
function follow(d, hex,  take, header) {
  while (hex != "") {
    if (left[d] > 0) {
      take = length(hex) / 2 < left[d] ? length(hex) / 2 : left[d]
      left[d] -= take
      hex = substr(hex, 2 * take + 1)
      continue
    }
    header = begun[d] hex
    if (length(header) < 10) {
      begun[d] = header # it comes in pieces
      return 1
    }
    if (!is_header(header, !(d in records))) return 0
    records[d]++
    left[d] = number(substr(header, 7, 4))
    hex = substr(header, 11)
    begun[d] = ""
  }
  return 1
}

BEGIN { FS = "\t" }

{
  d = $1 ":" $2
  sequence = $3
  size = $4
  hex = $5
  gsub(/:/, "", hex)
  connections[$1]
  packets++
  bytes += size
  if (!(d in next_sequence)) next_sequence[d] = 1
  if (!(d in lost)) {
    again = next_sequence[d] - sequence
    if (again < 0) {
      lost[d] = "hole"
    } else if (again < size) {
      if (!follow(d, substr(hex, 2 * again + 1))) lost[d] = "no record"
      next_sequence[d] = sequence + size
    }
  }
  if (d in lost) {
    other_packets++
    other_bytes += size
  }
}

END {
  for (d in begun) if (begun[d] != "" && !(d in lost)) lost[d] = "begun"
  for (d in lost) {
    other++
    holes += lost[d] == "hole"
  }
  for (c in connections) opened++
  printf "%d packets with %d bytes in %d connections: %d packets with %d bytes TLS, %d packets with %d bytes other" \
    " in %d directions (%d after a hole)", packets, bytes, opened, packets - other_packets, bytes - other_bytes, other_packets, \
    other_bytes, other, holes
}
