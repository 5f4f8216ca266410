#!/usr/bin/env bash
# Records the captures of this folder again, with real programs between network namespaces.
#
# usage: record.sh OUTDIR [CAPTURE...]    record all captures, or those of the named functions, into OUTDIR
#        record.sh --list                 print the names of the capture functions
#        record.sh --readme DIR           write DIR/README.md for the captures that are in DIR
#
# Needs root on Linux (namespaces, veth, vxlan, TUN/TAP) and these programs:
#   tcpdump, dumpcap, editcap, capinfos, tshark, ip, ss, ethtool, python3, gzip, zstd, lz4, setpriv,
#   nginx, curl, nghttp, openssl, postgres and psql, redis-server, mariadbd and mariadb, sshd and ssh, mosquitto and its clients,
#   java and keytool 17 (which still speaks what OpenSSL forgot), and for python3: websockets, h2, redis, aiosmtpd, pyftpdlib, grpcio, msgpack.
# Debian: apt-get install tcpdump tshark iproute2 ethtool zstd lz4 nginx curl nghttp2-client openssl postgresql redis-server
#   mariadb-server openssh-server openssh-client mosquitto mosquitto-clients libnginx-mod-http-brotli-filter openjdk-17-jdk-headless
#   python3-websockets python3-h2 python3-redis python3-aiosmtpd python3-pyftpdlib python3-grpcio python3-msgpack
#
# How it works: every capture is made by one function, named as its catalogue line says (see `catalogue`).
# A function lays a network (`lan`, `wire`, ...), starts `capture`s and servers, and lets clients talk.
# After it, `clean` stops what was started, by process id, and deletes the namespaces.
# Packet loss, VLAN tags, GRE and IP-in-IP come from small user-space programs on TUN/TAP devices, so that
# no kernel module is needed beyond veth, vxlan and tun.
# Recording again gives other times, ports and sequence numbers: the hashes in README.md are those of the files beside it.
set -Eeuo pipefail
shopt -s inherit_errexit
exec 3>&2
trap 'echo "record.sh: line $LINENO failed: $BASH_COMMAND" >&3' ERR

PYTHON=${PYTHON:-/usr/bin/python3}
C=rec-client-$$ S=rec-server-$$ R=rec-router-$$ R2=rec-router2-$$
C4=10.20.0.10 S4=10.20.0.80 C6=fd00:20::10 S6=fd00:20::80
API=api.example.test
pids=() captures=() namespaces=()

# --- Small tools ------------------------------------------------------------------------------------------

client() { ip netns exec "$C" "$@"; }
server() { ip netns exec "$S" "$@"; }
router() { ip netns exec "$R" "$@"; }

# until_true COMMAND...: waits up to 10 seconds for the command to succeed.
until_true() {
  local n
  for n in $(seq 200); do "$@" >/dev/null 2>&1 && return; sleep 0.05; done
  echo "record.sh: gave up after $n tries waiting for: $*" >&2
  return 1
}

# listening NAMESPACE PORT: true when something listens on the TCP port there.
listening() { ip netns exec "$1" ss -Hltn "sport = :$2" | grep -q .; }

# background COMMAND...: starts a process that `clean` ends.
background() { "$@" >>"$work/background.log" 2>&1 </dev/null & pids+=($!); }

# namespace NAME: makes a network namespace with its loopback up, no IPv6 chatter, no cached TCP metrics.
namespace() {
  ip netns add "$1"; namespaces+=("$1")
  ip -n "$1" link set lo up
  ip netns exec "$1" sysctl -qw net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_ra=0 \
    net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.router_solicitations=0 net.ipv4.tcp_no_metrics_save=1
}

# cable NS1 DEV1 MAC1 NS2 DEV2 MAC2: a veth pair with every offload off, so that segments are captured as sent.
cable() {
  ip link add "$2" netns "$1" address "$3" type veth peer name "$5" netns "$4" address "$6"
  offload "$1" "$2" off; offload "$4" "$5" off
  ip -n "$1" link set "$2" up; ip -n "$4" link set "$5" up
}
offload() { ip netns exec "$1" ethtool -K "$2" tso "$3" gso "$3" gro "$3" tx "$3" rx "$3" >/dev/null 2>&1 || true; }

# address NAMESPACE DEVICE ADDRESS...
address() {
  local namespace=$1 device=$2 a
  shift 2
  for a in "$@"; do ip -n "$namespace" addr add "$a" dev "$device"; done
}

# lan: client (c0) and server (s0) on one cable, IPv4 and IPv6.
lan() {
  namespace "$C"; namespace "$S"
  cable "$C" c0 02:00:00:00:00:10 "$S" s0 02:00:00:00:00:80
  address "$C" c0 $C4/24 $C6/64; address "$S" s0 $S4/24 $S6/64
}

# wire OPTIONS...: as lan, but through a user-space wire that delays, and loses, duplicates and reorders when told.
wire() {
  namespace "$C"; namespace "$S"
  background "$PYTHON" "$work/wire.py" "$C" c0 "$S" s0 "$work/wire.ready" "$@"
  until_true test -e "$work/wire.ready"; rm -f "$work/wire.ready"
  ip -n "$C" link set c0 address 02:00:00:00:00:10 up; ip -n "$S" link set s0 address 02:00:00:00:00:80 up
  address "$C" c0 $C4/24 $C6/64; address "$S" s0 $S4/24 $S6/64
}

# capture NAMESPACE DEVICE FILE [TCPDUMP OPTION...] [-- FILTER...]: starts tcpdump and waits until it listens.
capture() {
  local namespace=$1 device=$2 file=$out/$3 options=() filter=(tcp)
  shift 3
  while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done
  [ $# -gt 1 ] && filter=("${@:2}")
  mkdir -p "$(dirname "$file")"
  : >"$work/tcpdump.log"
  ip netns exec "$namespace" tcpdump -i "$device" -n --immediate-mode -U -Z root "${options[@]}" -w "$file" "${filter[@]}" 2>"$work/tcpdump.log" &
  captures+=($!)
  until_true grep -q 'listening on' "$work/tcpdump.log"
}

# dumpcap_in NAMESPACE FILE OPTION...: starts dumpcap (pcapng, one or more -i) and waits until it captures.
dumpcap_in() {
  local namespace=$1 file=$2
  shift 2
  mkdir -p "$(dirname "$file")"
  : >"$work/dumpcap.log"
  ip netns exec "$namespace" dumpcap "$@" -w "$file" >/dev/null 2>"$work/dumpcap.log" &
  captures+=($!)
  until_true grep -q '^File: ' "$work/dumpcap.log"
  sleep 0.3
}

# stop_captures: lets the last packets arrive, then ends the captures and waits for their files.
stop_captures() {
  local p
  sleep 0.5
  for p in "${captures[@]}"; do kill -INT "$p" 2>/dev/null || true; wait "$p" || true; done
  captures=()
}

# clean: ends what the capture function started, and removes its namespaces.
clean() {
  local p n
  stop_captures
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
  for p in "${pids[@]}"; do wait "$p" 2>/dev/null || true; done
  for n in "${namespaces[@]}"; do ip netns del "$n" 2>/dev/null || true; done
  pids=() namespaces=()
}

# save_pcapng RAW FILE [KEYS]: puts RAW at FILE without facts about the recording machine, with the TLS secrets of KEYS inside.
save_pcapng() {
  local raw=$1 file=$out/$2
  mkdir -p "$(dirname "$file")"
  if [ $# -gt 2 ]; then editcap --inject-secrets "tls,$3" "$raw" "$work/with-secrets.pcapng"; raw=$work/with-secrets.pcapng; fi
  convert neutral "$raw" "$file"
}

# convert WHAT IN OUT [NAMES [KEYS]]
convert() { "$PYTHON" "$work/convert.py" "$@"; }

# server_py PORT, client_py, client_py_background: run the Python on standard input in the namespace; servers are in the background.
server_py() {
  local script=$work/server-$1.py
  cat "$work/prelude.py" - >"$script"
  background ip netns exec "$S" "$PYTHON" "$script" "$1"
  until_true listening "$S" "$1"
}
client_py() {
  cat "$work/prelude.py" - >"$work/client.py"
  client "$PYTHON" "$work/client.py"
}
client_py_background() {
  cat "$work/prelude.py" - >"$work/client-background.py"
  background ip netns exec "$C" "$PYTHON" "$work/client-background.py"
}

# fetch OPTION... URL...: curl that knows api.example.test, and prints nothing.
fetch() {
  local options=() a
  for a in 80 443 7001 8000 8080 8081 8443; do options+=(--resolve "$API:$a:$S4"); done
  client curl -s "${options[@]}" "$@" >"$work/curl.out" 2>&1
}

# --- Servers ------------------------------------------------------------------------------------------------

# start_nginx: port 80 plain, 443 TLS, 8081 HTTP/2 without TLS, 8443 TLS with HTTP/2; static pages, PUT below /upload/.
start_nginx() {
  mkdir -p "$work/www/upload" "$work/tmp-nginx"; chmod -R a+rwX "$work/www" "$work/tmp-nginx"
  cat >"$work/nginx.conf" <<CONF
daemon off; worker_processes 1; pid $work/nginx.pid; user root;
events { worker_connections 256; }
http {
  access_log off; types { text/html html; application/json json; text/css css; image/png png; text/plain txt; }
  default_type application/octet-stream; root $work/www; gzip on; gzip_types application/json text/css; gzip_min_length 200;
  client_body_temp_path $work/tmp-nginx/body; proxy_temp_path $work/tmp-nginx/proxy;
  fastcgi_temp_path $work/tmp-nginx/fastcgi; uwsgi_temp_path $work/tmp-nginx/uwsgi; scgi_temp_path $work/tmp-nginx/scgi;
  ssl_certificate $work/tls/server.pem; ssl_certificate_key $work/tls/server.key; ssl_protocols TLSv1.2 TLSv1.3;
  ssl_early_data on; ssl_client_certificate $work/tls/ca.pem; ssl_verify_client optional;
  server {
    listen 80; listen [::]:80; listen 443 ssl; listen [::]:443 ssl; listen 8080; listen 8081 http2; listen 8443 ssl http2;
    location = /old.html { return 302 /index.html; }
    location /upload/ { dav_methods PUT DELETE; create_full_put_path on; }
  }
}
CONF
  background ip netns exec "$S" nginx -e "$work/nginx.err" -p "$work/" -c "$work/nginx.conf"
  until_true listening "$S" 8443
}

# start_postgres ADDRESS: a database `shop` with user `report`, password login, made at the first call.
start_postgres() {
  local as=(setpriv --reuid=postgres --regid=postgres --clear-groups) bin
  bin=$(find /usr/lib/postgresql -name initdb -printf '%h\n' | sort -V | tail -1)
  if [ ! -d "$work/pg/base" ]; then
    install -d -o postgres -m 700 "$work/pg"
    "${as[@]}" "$bin/initdb" -D "$work/pg" --auth-host=scram-sha-256 --auth-local=trust --locale=C.UTF-8 >/dev/null
    echo 'host all all 0.0.0.0/0 scram-sha-256' >>"$work/pg/pg_hba.conf"
  fi
  background ip netns exec "$S" "${as[@]}" "$bin/postgres" -D "$work/pg" -k "$work/pg" -h "$1" -c fsync=off -c jit=off
  until_true server psql -h "$work/pg" -U postgres -c 'select 1'
  server psql -q -h "$work/pg" -U postgres >/dev/null 2>&1 <<'SQL' || true
create role report login password 'not-a-secret';
create database shop owner report;
\c shop
create table orders(id int primary key, customer text, amount numeric(8,2), placed date);
insert into orders select n, 'customer ' || n, n * 1.25, date '2024-01-01' + n from generate_series(1, 200) n;
grant select, insert on orders to report;
SQL
}

# start_redis ADDRESS
start_redis() {
  background ip netns exec "$S" redis-server --bind "$1" --port 6379 --save '' --appendonly no --protected-mode no --dir "$work"
  until_true listening "$S" 6379
}

# --- Helper programs and content, written into the work folder ------------------------------------------------

write_helpers() {
  cat >"$work/prelude.py" <<'PY'
"""Sockets in a few words, for the clients and servers of record.sh."""
import os, struct, sys, time
from socket import *
C4, S4, C6, S6 = '10.20.0.10', '10.20.0.80', 'fd00:20::10', 'fd00:20::80'
def listen(port, *options, address=S4):
    s = socket(); s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    for o in options: s.setsockopt(*o)
    s.bind((address, port)); s.listen(16); return s
def accept(listener): return listener.accept()[0]
def connect(port, source_port=0, address=S4):
    s = socket(); s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1); s.bind((C4, source_port)); s.connect((address, port)); return s
def read(s, n):
    got = b''
    while len(got) < n:
        piece = s.recv(n - len(got))
        if not piece: break
        got += piece
    return got
def read_all(s):
    got = b''
    while piece := s.recv(65536): got += piece
    return got
def reset(s): s.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack('ii', 1, 0)); s.close()
def lines(n): return b''.join(b'%06d the quick brown fox jumps over the lazy dog\n' % i for i in range(n))
PY
  cat >"$work/wire.py" <<'PY'
"""A wire between two TAP devices: delay always; loss, duplication and reordering of the TCP packets of --port, or of all."""
import argparse, ctypes, fcntl, heapq, os, random, select, struct, time
ap = argparse.ArgumentParser()
for a in ('ns_a', 'dev_a', 'ns_b', 'dev_b', 'ready'): ap.add_argument(a)
ap.add_argument('--seed', type=int, default=1); ap.add_argument('--port', type=int, default=0); ap.add_argument('--delay', type=float, default=0.005)
for a in ('--loss', '--dup', '--reorder'): ap.add_argument(a, type=float, default=0.0)
o = ap.parse_args(); libc = ctypes.CDLL('libc.so.6', use_errno=True)
def tap(ns, name):
    home, there = os.open('/proc/self/ns/net', os.O_RDONLY), os.open('/run/netns/' + ns, os.O_RDONLY)
    if libc.setns(there, 0): raise OSError(ctypes.get_errno(), 'setns ' + ns)
    fd = os.open('/dev/net/tun', os.O_RDWR); fcntl.ioctl(fd, 0x400454ca, struct.pack('16sH', name.encode(), 0x1002))
    libc.setns(home, 0); return fd
def bad_luck(frame):
    """True for the frames that may be lost: IPv4 TCP of the port, when it carries data."""
    if len(frame) < 67 or frame[12:14] != b'\x08\x00' or frame[23] != 6: return False
    return not o.port or o.port in struct.unpack('>HH', frame[34:38])
a, b = tap(o.ns_a, o.dev_a), tap(o.ns_b, o.dev_b); rng, queue, k = random.Random(o.seed), [], 0
open(o.ready, 'w').close()
while True:
    wait = max(0, queue[0][0] - time.time()) if queue else 1
    for fd in select.select([a, b], [], [], wait)[0]:
        frame = os.read(fd, 70000); unlucky = bad_luck(frame)
        if unlucky and rng.random() < o.loss: continue
        late = o.delay * 0.8 if unlucky and rng.random() < o.reorder else 0
        at = time.time() + o.delay + late; to = b if fd == a else a
        heapq.heappush(queue, (at, k, to, frame)); k += 1
        if unlucky and rng.random() < o.dup: heapq.heappush(queue, (at + 0.0004, k, to, frame)); k += 1
    while queue and queue[0][0] <= time.time():
        _, _, to, frame = heapq.heappop(queue)
        try: os.write(to, frame)
        except OSError: pass
PY
  cat >"$work/tunnel.py" <<'PY'
"""A tunnel endpoint: the TUN device DEV, its packets in GRE (47), IPv4 (4) or 6in4 (41) between LOCAL and REMOTE."""
import fcntl, os, select, socket, struct, sys
dev, protocol, local, remote = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
tun = os.open('/dev/net/tun', os.O_RDWR); fcntl.ioctl(tun, 0x400454ca, struct.pack('16sH', dev.encode(), 0x1001))
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol); raw.bind((local, 0)); raw.connect((remote, 0))
while True:
    for fd in select.select([tun, raw], [], [])[0]:
        if fd == tun:
            p = os.read(tun, 70000)
            if protocol == 47: p = struct.pack('>HH', 0, 0x0800 if p[0] >> 4 == 4 else 0x86dd) + p
            try: raw.send(p)
            except OSError: pass
        else:
            p = raw.recv(70000); p = p[(p[0] & 15) * 4:]
            try: os.write(tun, p[4:] if protocol == 47 else p)
            except OSError: pass
PY
  cat >"$work/trunk.py" <<'PY'
"""The access port of a switch: the TAP device DEV, its frames with the VLAN tags TAGS (outermost first) on the device TRUNK."""
import fcntl, os, select, socket, struct, sys
dev, trunk, tags = sys.argv[1], sys.argv[2], [int(t) for t in sys.argv[3:]]
tap = os.open('/dev/net/tun', os.O_RDWR); fcntl.ioctl(tap, 0x400454ca, struct.pack('16sH', dev.encode(), 0x1002))
line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)); line.bind((trunk, 3))
kinds = [0x8100] if len(tags) == 1 else [0x88a8] * (len(tags) - 1) + [0x8100]
head = b''.join(struct.pack('>HH', kind, tag) for kind, tag in zip(kinds, tags))
while True:
    for fd in select.select([tap, line], [], [])[0]:
        if fd == tap:
            frame = os.read(tap, 70000); line.send(frame[:12] + head + frame[12:])
        else:
            frame, (_, _, kind, _, _) = line.recvfrom(70000)
            if kind == socket.PACKET_OUTGOING: continue
            rest = frame[12:]
            while rest[:2] in (b'\x81\x00', b'\x88\xa8'): rest = rest[4:]
            try: os.write(tap, frame[:12] + rest)
            except OSError: pass  # The device is not up yet.
PY
  cat >"$work/convert.py" <<'PY'
"""Conversions of captures: neutral, names, big-endian-pcap, big-endian-pcapng, simple-packets. usage: convert.py WHAT IN OUT [NAMES [KEYS]]"""
import socket, struct, sys
what, source, target = sys.argv[1:4]; raw = open(source, 'rb').read()
def pcap_packets():
    at = 24
    while at + 16 <= len(raw):
        sec, frac, n, full = struct.unpack_from('<IIII', raw, at); yield sec, frac, n, full, raw[at + 16:at + 16 + n]; at += 16 + n
def block(e, kind, body):
    body += bytes(-len(body) % 4); n = len(body) + 12
    return struct.pack(e + 'II', kind, n) + body + struct.pack(e + 'I', n)
def option(e, code, value): return struct.pack(e + 'HH', code, len(value)) + value + bytes(-len(value) % 4)
def blocks():
    at = 0
    while at < len(raw):
        kind, n = struct.unpack_from('<II', raw, at); yield kind, raw[at + 8:at + n - 4]; at += n
def without(options, drop):
    at, kept = 0, b''
    while at + 4 <= len(options):
        code, n = struct.unpack_from('<HH', options, at)
        if code == 0: break
        if code not in drop: kept += options[at:at + 4 + n + (-n % 4)]
        at += 4 + n + (-n % 4)
    return kept + option('<', 0, b'') if kept else b''
def name_block(e):
    body = b''
    for line in open(sys.argv[4]):
        address, *names = line.split(); kind = 2 if ':' in address else 1
        value = socket.inet_pton(socket.AF_INET6 if kind == 2 else socket.AF_INET, address) + b''.join(n.encode() + b'\0' for n in names)
        body += option(e, kind, value)
    return block(e, 4, body + option(e, 0, b''))
out = b''
if what in ('neutral', 'names'):  # Drops what tells about the recording machine: hardware and OS of the section and of the interfaces.
    named = what == 'neutral'
    for kind, body in blocks():
        if not named and kind not in (0x0a0d0d0a, 1):
            out += name_block('<'); named = True
            if len(sys.argv) > 5: keys = open(sys.argv[5], 'rb').read(); out += block('<', 10, struct.pack('<II', 0x544c534b, len(keys)) + keys)
        if kind == 0x0a0d0d0a: body = body[:8] + b'\xff' * 8 + without(body[16:], (2, 3))
        elif kind == 1: body = body[:8] + without(body[8:], (12, 15))
        out += block('<', kind, body)
elif what == 'big-endian-pcap':
    magic, major, minor, zone, accuracy, snap, link = struct.unpack_from('<IHHIIII', raw)
    out = struct.pack('>IHHIIII', magic, major, minor, zone, accuracy, snap, link)
    for sec, frac, n, full, data in pcap_packets(): out += struct.pack('>IIII', sec, frac, n, full) + data
elif what == 'big-endian-pcapng':
    out = block('>', 0x0a0d0d0a, struct.pack('>IHHq', 0x1a2b3c4d, 1, 0, -1)) + block('>', 1, struct.pack('>HHI', 1, 0, 262144) + option('>', 2, b'c0') + option('>', 9, b'\x06') + option('>', 0, b''))
    for sec, frac, n, full, data in pcap_packets():
        ticks = sec * 1000000 + frac; out += block('>', 6, struct.pack('>IIIII', 0, ticks >> 32, ticks & 0xffffffff, n, full) + data)
elif what == 'simple-packets':  # No time at all, and the captured length only from the snap length.
    out = block('<', 0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1)) + block('<', 1, struct.pack('<HHI', 1, 0, 96))
    for _, _, _, full, data in pcap_packets(): out += block('<', 3, struct.pack('<I', full) + data[:96])
else: sys.exit('convert.py: unknown conversion ' + what)
open(target, 'wb').write(out)
PY
  cat >"$work/web.py" <<'PY'
"""An application server on port 8000: /report answers after 1.2 s, /stream in pieces, POST is answered with the size. usage: web.py"""
import http.server, json, time
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def answer(self, kind, body):
        self.send_response(200); self.send_header('Content-Type', kind); self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)
    def do_GET(self):
        if self.path == '/report': time.sleep(1.2); return self.answer('application/json', json.dumps({'rows': 12, 'total': 815.5}).encode())
        self.send_response(200); self.send_header('Content-Type', 'text/plain'); self.send_header('Transfer-Encoding', 'chunked'); self.end_headers()
        for n in range(5): piece = b'event %d\n' % n; self.wfile.write(b'%x\r\n%s\r\n' % (len(piece), piece)); self.wfile.flush(); time.sleep(0.3)
        self.wfile.write(b'0\r\n\r\n')
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length'])); self.answer('application/json', json.dumps({'received': len(body)}).encode())
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(('10.20.0.80', 8000), Handler).serve_forever()
PY
}

# write_content: the web pages, always the same.
write_content() {
  "$PYTHON" - "$work" <<'PY'
import json, os, random, struct, sys, zlib
rng, root = random.Random(20), os.path.join(sys.argv[1], 'www'); os.makedirs(root, exist_ok=True)
def save(name, data):
    with open(os.path.join(root, name), 'wb') as f: f.write(data)
save('index.html', b'<!doctype html>\n<title>Example shop</title>\n<link rel="stylesheet" href="style.css">\n<h1>Example shop</h1>\n<img src="logo.png" alt="">\n')
save('style.css', b''.join(b'.c%d { margin: %dpx; color: #%06x }\n' % (n, n, rng.randrange(1 << 24)) for n in range(60)))
save('items.json', json.dumps([{'id': n, 'name': f'item {n}', 'price': round(rng.random() * 100, 2)} for n in range(40)], indent=1).encode())
chunk = lambda kind, data: struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
rows = b''.join(b'\0' + rng.randbytes(36 * 3) for _ in range(36))
save('logo.png', b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 36, 36, 8, 2, 0, 0, 0)) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
save('photo.bin', rng.randbytes(24000)); save('download.bin', rng.randbytes(50000))
save('notes.txt', b''.join(b'note %04d: all is well\n' % n for n in range(250)))
save('empty.txt', b'')
PY
}

# write_certificates: a throw-away authority, a server certificate for api.example.test, a client certificate.
write_certificates() {
  local t=$work/tls
  mkdir -p "$t"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$t/ca.key" -out "$t/ca.pem" -days 3650 -subj '/O=Example/CN=Example Test CA' 2>/dev/null
  local who name
  for who in server client rsa; do
    name=$API; [ $who = client ] && name=web-client.example.test
    local key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256)
    [ $who = rsa ] && key=(-newkey rsa:2048)
    openssl req "${key[@]}" -nodes -keyout "$t/$who.key" -out "$t/$who.csr" -subj "/O=Example/CN=$name" 2>/dev/null
    openssl x509 -req -in "$t/$who.csr" -CA "$t/ca.pem" -CAkey "$t/ca.key" -CAcreateserial -days 3650 -out "$t/$who.pem" \
      -extfile <(printf 'subjectAltName=DNS:%s,DNS:www.example.test\n' "$name") 2>/dev/null
  done
}

# --- http/ --------------------------------------------------------------------------------------------------

# keepalive-requests: one connection, eight requests one after the other, by curl to nginx.
keepalive-requests() {
  lan; start_nginx; capture "$C" c0 http/keepalive-requests.pcap
  local u=http://$API
  fetch "$u/" "$u/style.css" "$u/logo.png" "$u/items.json" "$u/notes.txt" "$u/missing.html" "$u/empty.txt" "$u/items.json"
}

# pipelined-requests: four requests in one segment, the answers in order.
pipelined-requests() {
  lan; start_nginx; capture "$C" c0 http/pipelined-requests.pcap
  client_py <<'PY'
s = connect(80)
get = lambda path, last='keep-alive': f'GET {path} HTTP/1.1\r\nHost: api.example.test\r\nConnection: {last}\r\n\r\n'
s.sendall((get('/') + get('/items.json') + get('/missing') + get('/style.css', 'close')).encode()); read_all(s)
PY
}

# statuses-and-methods: HEAD, redirect followed, range, conditional request, PUT, DELETE and a refused method, each on its own connection.
statuses-and-methods() {
  lan; start_nginx; capture "$C" c0 http/statuses-and-methods.pcap
  local u=http://$API
  fetch -I "$u/notes.txt"
  fetch -L "$u/old.html"
  fetch -r 100-299 "$u/notes.txt"
  fetch -H 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT' "$u/items.json"
  fetch -T "$work/www/style.css" "$u/upload/style.css"
  fetch -X DELETE "$u/upload/style.css"
  fetch -X POST -d 'a=1' "$u/items.json"
}

# gzip-chunked: nginx compresses while it sends, so the answers are chunked and gzip.
gzip-chunked() {
  lan; start_nginx; capture "$C" c0 http/gzip-chunked.pcap
  fetch --compressed "http://$API/items.json" "http://$API/style.css"
}

# upload: a POST with Expect: 100-continue, then a second one on the same connection.
upload() {
  lan; background ip netns exec "$S" "$PYTHON" "$work/web.py"; until_true listening "$S" 8000
  capture "$C" c0 http/upload.pcap
  fetch -H 'Expect: 100-continue' --data-binary "@$work/www/photo.bin" "http://$API:8000/photos" --next -s -d '{"name":"item 3"}' --resolve "$API:8000:$S4" "http://$API:8000/items"
}

# brotli: nginx with its Brotli module, HTML and JSON.
brotli() {
  lan
  cat >"$work/nginx-brotli.conf" <<CONF
load_module /usr/lib/nginx/modules/ngx_http_brotli_filter_module.so;
daemon off; worker_processes 1; pid $work/nginx-brotli.pid; user root;
events { worker_connections 64; }
http {
  access_log off; types { text/html html; application/json json; text/css css; } root $work/www;
  brotli on; brotli_types application/json text/css; brotli_min_length 100;
  server { listen 8080; }
}
CONF
  chmod -R a+rX "$work/www"
  background ip netns exec "$S" nginx -e "$work/nginx.err" -p "$work/" -c "$work/nginx-brotli.conf"; until_true listening "$S" 8080
  capture "$C" c0 http/brotli.pcap
  fetch --compressed "http://$API:8080/items.json" "http://$API:8080/"
}

# multipart-form: a form with two fields and two files, and one that is not made of parts.
multipart-form() {
  lan; background ip netns exec "$S" "$PYTHON" "$work/web.py"; until_true listening "$S" 8000
  printf '<order id="7"><item n="2">pencil</item><note>as <b>soon</b> as possible</note></order>\n' >"$work/order.xml"
  printf 'GIF89a\001\000\001\000\000\377\000,\000\000\000\000\001\000\001\000\000\002\000;' >"$work/dot.gif"
  capture "$C" c0 http/multipart-form.pcap
  fetch -H 'Expect:' -F 'name=Jürgen K' -F 'note=two
lines' -F "order=@$work/order.xml;type=application/xml" -F "picture=@$work/dot.gif;type=image/gif" "http://$API:8000/orders" \
    --next -s --data-urlencode 'name=Jürgen K' --data-urlencode 'note=two & more' --resolve "$API:8000:$S4" "http://$API:8000/orders"
}

# slow-server: an answer after 1.2 seconds, then a chunked one in pieces 0.3 seconds apart.
slow-server() {
  lan; background ip netns exec "$S" "$PYTHON" "$work/web.py"; until_true listening "$S" 8000
  capture "$C" c0 http/slow-server.pcap
  fetch "http://$API:8000/report" "http://$API:8000/stream"
}

# http10-server: python's http.server speaks HTTP/1.0: a connection for each request, the end of the body is the close.
http10-server() {
  lan; background ip netns exec "$S" "$PYTHON" -m http.server -d "$work/www" -b $S4 8000; until_true listening "$S" 8000
  capture "$S" s0 http/http10-server.pcap
  fetch "http://$API:8000/notes.txt" "http://$API:8000/missing" "http://$API:8000/index.html"
}

# ipv6: three requests over IPv6, literal address in the Host header.
ipv6() {
  lan; start_nginx; capture "$C" c0 http/ipv6.pcap
  client curl -s -g "http://[$S6]/" "http://[$S6]/style.css" "http://[$S6]/items.json" >/dev/null
}

# http2-cleartext: HTTP/2 with prior knowledge, four requests at once, by nghttp.
http2-cleartext() {
  lan; start_nginx; capture "$C" c0 http/http2-cleartext.pcap
  # Not curl: 7.88 cannot use such a connection twice.
  client nghttp -n "http://$S4:8081/" "http://$S4:8081/style.css" "http://$S4:8081/logo.png" "http://$S4:8081/missing"
}

# websocket: upgrade, texts both ways, a ping, a close.
websocket() {
  lan
  server_py 8000 <<'PY'
import asyncio, websockets
async def echo(ws):
    async for text in ws: await ws.send('echo: ' + text)
async def main():
    async with websockets.serve(echo, S4, 8000, compression=None): await asyncio.Future()
asyncio.run(main())
PY
  capture "$C" c0 http/websocket.pcap
  client_py <<'PY'
import asyncio, websockets
async def main():
    async with websockets.connect(f'ws://{S4}:8000/updates', compression=None) as ws:
        for text in ('hello', 'x' * 300, '{"item": 7}'): await ws.send(text); await ws.recv()
        await (await ws.ping())
asyncio.run(main())
PY
}

# websocket-deflate: a WebSocket with permessage-deflate, one message each way.
websocket-deflate() {
  lan
  server_py 8000 <<'PY'
import asyncio, websockets
async def echo(ws):
    async for text in ws: await ws.send('echo: ' + text)
async def main():
    async with websockets.serve(echo, S4, 8000): await asyncio.Future()
asyncio.run(main())
PY
  capture "$C" c0 http/websocket-deflate.pcap
  client_py <<'PY'
import asyncio, websockets
async def main():
    async with websockets.connect(f'ws://{S4}:8000/updates') as ws:
        await ws.send('item ' * 100); await ws.recv()
asyncio.run(main())
PY
}

# websocket-deflate-history: compressed messages upon those before, and each on its own; in fragments, with a ping between.
websocket-deflate-history() {
  lan
  server_py 8000 <<'PY'
import asyncio, websockets
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory as Deflate
async def echo(ws):
    async for text in ws: await ws.send('{"echo": %s}' % text)
async def main():
    forgets = Deflate(server_no_context_takeover=True, client_no_context_takeover=True, server_max_window_bits=10)
    async with websockets.serve(echo, S4, 8000), websockets.serve(echo, S4, 8001, compression=None, extensions=[forgets]):
        await asyncio.Future()
asyncio.run(main())
PY
  capture "$C" c0 http/websocket-deflate-history.pcap
  client_py <<'PY'
import asyncio, json, websockets
async def main():
    for port in 8000, 8001:
        async with websockets.connect(f'ws://{S4}:{port}/items') as ws:
            for number in range(4):
                await ws.send(json.dumps({'item': number, 'name': 'kettle', 'colour': 'blue', 'tags': ['a', 'b'] * 8}))
                await ws.recv()
            await (await ws.ping())
            await ws.send(['{"parts": ["one", ', '"two", ', '"three"]}']); await ws.recv()
asyncio.run(main())
PY
}

# trailers: chunks and trailers both ways, a field in Latin-1, and an early hint before the answer.
trailers() {
  lan
  server_py 8000 <<'PY'
import socket
l = socket.create_server((S4, 8000)); c, _ = l.accept(); seen = b''
while b'X-Sum: 5\r\n\r\n' not in seen: seen += c.recv(65536)
c.sendall(b'HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n')
c.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Name: caf\xe9\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n'
          b'6\r\nstored\r\n6;note=last\r\n twice\r\n0\r\nX-Sum: 12\r\nX-Name: caf\xe9\r\n\r\n')
c.close()
PY
  capture "$C" c0 http/trailers.pcap
  client_py <<'PY'
s = connect(8000)
s.sendall(b'POST /items HTTP/1.1\r\nHost: api.example.test:8000\r\nX-Name: caf\xe9\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n')
s.sendall(b'5\r\nhello\r\n'); s.sendall(b'0\r\nX-Name: caf\xe9\r\nX-Sum: 5\r\n\r\n'); read_all(s)
PY
}

# connect: a proxy that refuses a first CONNECT and serves a second one, with HTTP in the tunnel.
connect-proxy() {
  lan; start_nginx
  server_py 3128 <<'PY'
import socket, threading
def pump(a, b):
    while data := a.recv(65536): b.sendall(data)
    b.shutdown(socket.SHUT_WR)
l = socket.create_server((S4, 3128)); refused = False
while True:
    c, _ = l.accept(); head = b''
    while b'\r\n\r\n' not in head: head += c.recv(65536)
    if not refused:
        refused = True
        c.sendall(b'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="shop"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'); c.close(); continue
    u = socket.create_connection((S4, 80)); c.sendall(b'HTTP/1.1 200 Connection established\r\n\r\n')
    threading.Thread(target=pump, args=(c, u)).start(); pump(u, c)
PY
  capture "$C" c0 http/connect-proxy.pcap -- port 3128
  local proxy=http://$S4:3128
  fetch -p -x "$proxy" "http://$API/index.html" || true
  fetch -p -x "$proxy" "http://$API/index.html" "http://$API/items.json"
}

# h2c-upgrade: curl asks for HTTP/2 without TLS with HTTP/1.1, and gets it.
h2c-upgrade() {
  lan
  server_py 8082 <<'PY'
import socket, re, h2.connection, h2.config, h2.events
l = socket.create_server((S4, 8082)); s, _ = l.accept(); head = b''
while b'\r\n\r\n' not in head: head += s.recv(65536)
c = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
c.initiate_upgrade_connection(re.search(rb'(?i)http2-settings: *(\S+)', head).group(1))
s.sendall(b'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n' + c.data_to_send())
c.send_headers(1, [(':status', '200'), ('content-type', 'text/plain'), ('content-length', '6')]); c.send_data(1, b'hello\n', end_stream=True)
s.sendall(c.data_to_send())
while data := s.recv(65536): c.receive_data(data); s.sendall(c.data_to_send())
PY
  capture "$C" c0 http/h2c-upgrade.pcap
  client curl -s --http2 "http://$S4:8082/hello.txt" >/dev/null
}

# grpc-reset: a call with two messages each way and trailers, and one that the client resets.
grpc-reset() {
  lan
  server_py 50051 <<'PY'
import socket, h2.connection, h2.config, h2.events
l = socket.create_server((S4, 50051)); s, _ = l.accept()
c = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding=None)); c.initiate_connection(); s.sendall(c.data_to_send())
message = lambda text: b'\0' + len(text).to_bytes(4, 'big') + text
while data := s.recv(65536):
    for e in c.receive_data(data):
        if isinstance(e, h2.events.StreamEnded):
            c.send_headers(e.stream_id, [(':status', '200'), ('content-type', 'application/grpc'), ('x-name', b'caf\xe9')])
            c.send_data(e.stream_id, message(b'item 1')); c.send_data(e.stream_id, message(b'item 2'))
            c.send_headers(e.stream_id, [('grpc-status', '0'), ('grpc-message', '')], end_stream=True)
    s.sendall(c.data_to_send())
PY
  capture "$C" c0 http/grpc.pcap
  client_py <<'PY'
import h2.connection, h2.events
s = connect(50051); c = h2.connection.H2Connection(); c.initiate_connection(); s.sendall(c.data_to_send())
message = lambda text: b'\0' + len(text).to_bytes(4, 'big') + text
call = [(':method', 'POST'), (':scheme', 'http'), (':authority', 'api.example.test:50051'), (':path', '/shop.Items/List'), ('content-type', 'application/grpc'), ('te', 'trailers')]
c.send_headers(1, call); s.sendall(c.data_to_send())
c.send_data(1, message(b'first')); c.send_data(1, message(b'last')); c.send_headers(1, [('x-sum', '2')], end_stream=True); s.sendall(c.data_to_send())
done = False
while not done: done = any(isinstance(e, h2.events.StreamEnded) for e in c.receive_data(s.recv(65536))); s.sendall(c.data_to_send())
c.send_headers(3, call); c.send_data(3, message(b'never')); s.sendall(c.data_to_send())
c.reset_stream(3, 8); c.close_connection(); s.sendall(c.data_to_send()); s.close()
PY
}

# --- tls/ ---------------------------------------------------------------------------------------------------

# tls_with_curl FILE OPTION... URL...: captures with dumpcap; the secrets of the sessions are inside the file.
tls_with_curl() {
  local file=$1
  shift
  lan; start_nginx; dumpcap_in "$C" "$work/raw.pcapng" -i c0 -f tcp
  rm -f "$work/keys.txt"
  SSLKEYLOGFILE=$work/keys.txt fetch --cacert "$work/tls/ca.pem" "$@"
  stop_captures; save_pcapng "$work/raw.pcapng" "$file" "$work/keys.txt"
}

# tls13-curl: TLS 1.3, two HTTP/1.1 requests inside.
tls13-curl() { tls_with_curl tls/tls13-curl.pcapng "https://$API/" "https://$API/items.json"; }

# tls12-curl: TLS 1.2 with ECDHE, two HTTP/1.1 requests inside.
tls12-curl() { tls_with_curl tls/tls12-curl.pcapng --tls-max 1.2 "https://$API/" "https://$API/items.json"; }

# tls13-http2: TLS 1.3, ALPN h2, three requests inside, the last two at once.
tls13-http2() { tls_with_curl tls/tls13-http2.pcapng -Z --http2 "https://$API:8443/" "https://$API:8443/style.css" "https://$API:8443/logo.png" -o /dev/null -o /dev/null -o /dev/null; }

# tls12-client-certificate: TLS 1.2 where both sides show a certificate in the clear.
tls12-client-certificate() {
  tls_with_curl tls/tls12-client-certificate.pcapng --tls-max 1.2 --cert "$work/tls/client.pem" --key "$work/tls/client.key" "https://$API/"
}

# tls_s_client PORT OPTION...: one session of `openssl s_client`, its secrets appended to keys.txt.
tls_s_client() {
  local port=$1
  shift
  { printf 'GET / HTTP/1.0\r\n\r\n'; sleep 0.6; } |
    client openssl s_client -connect "$S4:$port" -servername $API -CAfile "$work/tls/ca.pem" -keylogfile "$work/keys.txt" "$@" >>"$work/background.log" 2>&1 || true
}
start_s_server() {
  background ip netns exec "$S" openssl s_server -accept "$S4:4433" -www "$@"
  until_true listening "$S" 4433
}

# tls13-resumption: a full handshake, a resumed one, and a resumed one with early data; the key log lies beside the capture.
tls13-resumption() {
  lan; start_nginx
  capture "$C" c0 tls/tls13-resumption.pcap; rm -f "$work/keys.txt"
  printf 'GET /style.css HTTP/1.1\r\nHost: %s\r\n\r\n' $API >"$work/early.txt"
  tls_s_client 443 -sess_out "$work/session.pem"
  tls_s_client 443 -sess_in "$work/session.pem" -sess_out "$work/session2.pem"
  tls_s_client 443 -sess_in "$work/session2.pem" -early_data "$work/early.txt"
  stop_captures; cp "$work/keys.txt" "$out/tls/tls13-resumption.keys"
}

# tls12-rsa-key-exchange: the old way without forward secrecy, CBC, with encrypt-then-MAC; the key log lies beside the capture.
tls12-rsa-key-exchange() {
  lan; start_s_server -cert "$work/tls/rsa.pem" -key "$work/tls/rsa.key" -tls1_2 -cipher AES128-SHA
  capture "$C" c0 tls/tls12-rsa-key-exchange.pcap; rm -f "$work/keys.txt"
  tls_s_client 4433 -tls1_2 -cipher AES128-SHA
  stop_captures; cp "$work/keys.txt" "$out/tls/tls12-rsa-key-exchange.keys"
}

# tls-matrix: what curl and nginx do not speak; lines that both ends send, in a namespace of their own.
tls-matrix() { mkdir -p "$out/tls"; "$PYTHON" "$(dirname "${BASH_SOURCE[0]}")/tls-matrix.py" --small "$out/tls" --keep "$work/matrix"; }

# tls12_cbc FILE OPTION...: TLS 1.2 with a CBC suite; the client has the options.
tls12_cbc() {
  local file=$1
  shift
  lan; start_s_server -cert "$work/tls/rsa.pem" -key "$work/tls/rsa.key" -tls1_2 -cipher AES128-SHA
  capture "$C" c0 "tls/$file.pcap"; rm -f "$work/keys.txt"
  tls_s_client 4433 -tls1_2 -cipher AES128-SHA "$@"
  stop_captures; cp "$work/keys.txt" "$out/tls/$file.keys"
}

# tls12-cbc-etm: encrypt-then-MAC in effect (RFC 7366); the key log lies beside the capture.
tls12-cbc-etm() { tls12_cbc tls12-cbc-etm; }

# tls12-cbc-mte: the client does not offer encrypt-then-MAC; the key log lies beside the capture.
tls12-cbc-mte() { tls12_cbc tls12-cbc-mte -no_etm; }

# export-ciphers: TLS 1.0 and SSL 3.0 with ciphers cut down for export, and DES, as Java still speaks them; the key log lies beside the capture.
export-ciphers() {
  lan
  cat >"$work/OldTls.java" <<'JAVA'
import java.io.*; import java.lang.reflect.*; import java.nio.charset.StandardCharsets; import java.security.*; import javax.net.ssl.*; import javax.crypto.SecretKey;
public class OldTls {
    public static void main(String[] a) throws Exception {
        Security.setProperty("jdk.tls.disabledAlgorithms", ""); Security.setProperty("jdk.certpath.disabledAlgorithms", ""); Security.setProperty("jdk.tls.legacyAlgorithms", "");
        KeyStore store = KeyStore.getInstance(new File(a[0]), "secret".toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX"); keys.init(store, "secret".toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX"); trust.init(store);
        for (int i = 1; i + 1 < a.length; i += 2) {
            SSLContext context = SSLContext.getInstance("TLS"); context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(4433);
            listener.setEnabledProtocols(new String[]{a[i]}); listener.setEnabledCipherSuites(new String[]{a[i + 1]});
            Thread server = new Thread(() -> { try (SSLSocket s = (SSLSocket) listener.accept()) {
                BufferedReader in = new BufferedReader(new InputStreamReader(s.getInputStream()));
                while (!in.readLine().isEmpty()) { }
                s.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\nA pencil: 1\n".getBytes()); s.getOutputStream().flush();
            } catch (IOException e) { e.printStackTrace(); } });
            server.start();
            try (SSLSocket s = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", 4433)) {
                s.setEnabledProtocols(new String[]{a[i]}); s.setEnabledCipherSuites(new String[]{a[i + 1]});
                s.startHandshake();
                Method master = s.getSession().getClass().getDeclaredMethod("getMasterSecret"); master.setAccessible(true);
                StringBuilder hex = new StringBuilder(); for (byte b : ((SecretKey) master.invoke(s.getSession())).getEncoded()) hex.append(String.format("%02x", b));
                System.out.println(hex);
                s.getOutputStream().write("GET /pencil HTTP/1.1\r\nHost: api.example.test\r\n\r\n".getBytes()); s.getOutputStream().flush();
                s.getInputStream().readAllBytes();
            }
            server.join(); listener.close();
        }
    }
}
JAVA
  keytool -genkeypair -alias a -keyalg RSA -keysize 1024 -sigalg SHA1withRSA -dname CN=$API -validity 30 -storetype PKCS12 -keystore "$work/old.p12" -storepass secret >>"$work/background.log" 2>&1
  capture "$C" lo tls/export-ciphers.pcap -- port 4433
  client java --add-opens java.base/sun.security.ssl=ALL-UNNAMED "$work/OldTls.java" "$work/old.p12" \
    TLSv1 SSL_RSA_EXPORT_WITH_RC4_40_MD5 TLSv1 SSL_RSA_EXPORT_WITH_DES40_CBC_SHA TLSv1 SSL_RSA_WITH_DES_CBC_SHA \
    SSLv3 SSL_RSA_EXPORT_WITH_RC4_40_MD5 SSLv3 SSL_RSA_EXPORT_WITH_DES40_CBC_SHA >"$work/masters.txt" 2>>"$work/background.log"
  stop_captures
  tshark -r "$out/tls/export-ciphers.pcap" -d tcp.port==4433,tls -Y 'tls.handshake.type==1' -T fields -e tls.handshake.random 2>/dev/null |
    paste -d' ' - "$work/masters.txt" | sed 's/^/CLIENT_RANDOM /' >"$out/tls/export-ciphers.keys"
}

# tls-through-proxies: TLS 1.2 and 1.3 through CONNECT, SOCKS 5 with and without a login, and SOCKS 4A; the key log lies beside the capture.
tls-through-proxies() {
  lan; start_nginx
  server_py 3128 <<'PY'
import socket, threading
def pump(a, b):
    while data := a.recv(65536): b.sendall(data)
    b.shutdown(socket.SHUT_WR)
def tunnel(c):
    u = socket.create_connection((S4, 443))
    threading.Thread(target=pump, args=(c, u)).start(); pump(u, c)
def connect(c):
    head = b''
    while b'\r\n\r\n' not in head: head += c.recv(65536)
    c.sendall(b'HTTP/1.1 200 Connection established\r\n\r\n'); tunnel(c)
def socks(c):
    first = c.recv(65536)
    if first[0] == 4:
        c.sendall(b'\0\x5a\x01\xbb\0\0\0\0'); return tunnel(c)
    login = 2 in first[2:]
    c.sendall(bytes([5, 2 if login else 0]))
    if login: c.recv(65536); c.sendall(b'\1\0')
    c.recv(65536); c.sendall(b'\5\0\0\1' + socket.inet_aton(S4) + b'\x01\xbb'); tunnel(c)
def serve(port, kind):
    l = socket.create_server((S4, port))
    while True: threading.Thread(target=kind, args=(l.accept()[0],)).start()
threading.Thread(target=serve, args=(1080, socks)).start()
serve(3128, connect)
PY
  until_true listening "$S" 1080
  capture "$C" c0 tls/tls-through-proxies.pcap -- port 3128 or port 1080; rm -f "$work/keys.txt"
  local via
  for via in "--tls-max 1.2 -p -x http://$S4:3128" "-p -x http://$S4:3128" "--tls-max 1.2 --socks5-hostname $S4:1080" "--socks5 me:secret@$S4:1080" "--socks4a $S4:1080"; do
    # shellcheck disable=SC2086
    SSLKEYLOGFILE=$work/keys.txt fetch --cacert "$work/tls/ca.pem" $via "https://$API/items.json"
  done
  stop_captures; cp "$work/keys.txt" "$out/tls/tls-through-proxies.keys"
}

# alerts: a client that does not know the authority, one without a common version, one that speaks HTTP to the TLS port.
alerts() {
  lan; start_nginx; capture "$C" c0 tls/alerts.pcap
  fetch --tls-max 1.2 "https://$API/" || true
  client openssl s_client -connect $S4:443 -tls1_1 -cipher 'ALL@SECLEVEL=0' </dev/null >/dev/null 2>&1 || true
  fetch "http://$API:443/" || true
}

# --- session/ -----------------------------------------------------------------------------------------------

# refused: two connections to a port where nobody listens.
refused() {
  lan; capture "$C" c0 session/refused.pcap
  client_py <<'PY'
for _ in range(2):
    try: connect(7001)
    except ConnectionRefusedError: time.sleep(0.2)
PY
}

# no-answer: a SYN that nobody answers, sent four times.
no-answer() {
  lan; ip -n "$C" neigh add 10.20.0.99 lladdr 02:00:00:00:00:99 dev c0; capture "$C" c0 session/no-answer.pcap
  client_py <<'PY'
s = socket(); s.settimeout(4)
try: s.connect(('10.20.0.99', 80))
except OSError: pass
PY
}

# unreachable: the router answers the SYN with an ICMP error that quotes it.
unreachable() {
  lan; server sysctl -qw net.ipv4.ip_forward=1; ip -n "$S" route add unreachable 10.30.0.0/24; ip -n "$C" route add default via $S4
  capture "$C" c0 session/unreachable.pcap -- tcp or icmp
  client_py <<'PY'
try: connect(80, address='10.30.0.5')
except OSError: pass
PY
}

# reset-by-client: the client aborts while the server still sends.
reset-by-client() {
  lan
  server_py 17000 <<'PY'
s = accept(listen(17000)); read(s, 4)
try:
    for _ in range(20): s.sendall(lines(20)); time.sleep(0.02)
except OSError: pass
PY
  capture "$C" c0 session/reset-by-client.pcap
  client_py <<'PY'
s = connect(17000); s.sendall(b'send'); read(s, 6000); reset(s)
PY
}

# reset-by-server: the server closes while bytes of the client wait unread.
reset-by-server() {
  lan
  server_py 17000 <<'PY'
s = accept(listen(17000)); read(s, 10); time.sleep(0.2); s.close(); time.sleep(1)
PY
  capture "$C" c0 session/reset-by-server.pcap
  client_py <<'PY'
s = connect(17000); s.sendall(lines(60))
try: read_all(s)
except OSError: pass
PY
}

# half-close: the client ends its half at once, the server goes on sending.
half-close() {
  lan
  server_py 17000 <<'PY'
s = accept(listen(17000)); n = len(read_all(s))
for k in range(4): time.sleep(0.2); s.sendall(b'%d bytes read, part %d\n' % (n, k))
s.close(); time.sleep(1)
PY
  capture "$C" c0 session/half-close.pcap
  client_py <<'PY'
s = connect(17000); s.sendall(lines(30)); s.shutdown(SHUT_WR); read_all(s)
PY
}

# keep-alive-probes: an idle connection with TCP keep-alives every second, then data again.
keep-alive-probes() {
  lan
  server_py 17000 <<'PY'
s = accept(listen(17000)); s.sendall(read(s, 5)); s.sendall(read(s, 5)); s.close(); time.sleep(1)
PY
  capture "$C" c0 session/keep-alive-probes.pcap
  client_py <<'PY'
s = connect(17000); s.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1); s.setsockopt(IPPROTO_TCP, TCP_KEEPIDLE, 1); s.setsockopt(IPPROTO_TCP, TCP_KEEPINTVL, 1)
s.sendall(b'first'); read(s, 5); time.sleep(3.5); s.sendall(b'again'); read_all(s)
PY
}

# zero-window: the server stops reading for two seconds: the window closes, is probed, and opens again.
zero-window() {
  lan
  server_py 17000 <<'PY'
s = accept(listen(17000, (SOL_SOCKET, SO_RCVBUF, 8192))); time.sleep(2); n = len(read_all(s)); s.sendall(b'%d\n' % n); s.close(); time.sleep(1)
PY
  capture "$C" c0 session/zero-window.pcap
  client_py <<'PY'
s = connect(17000); s.sendall(lines(700)); s.shutdown(SHUT_WR); read_all(s)
PY
}

# port-reuse: three sessions with the same addresses and ports, the server closes each first.
port-reuse() {
  lan
  server_py 17000 <<'PY'
l = listen(17000)
while True: s = accept(l); s.sendall(b'got ' + read(s, 8)); s.close()
PY
  capture "$C" c0 session/port-reuse.pcap
  client_py <<'PY'
for n in range(3): s = connect(17000, source_port=40000); s.sendall(b'number %d' % n); read_all(s); time.sleep(0.1); s.close(); time.sleep(1.1)
PY
}

# simultaneous-open: both ends connect to each other at the same moment, no one listens.
simultaneous-open() {
  wire --delay 0.04; capture "$C" c0 session/simultaneous-open.pcap
  local at
  at=$("$PYTHON" -c 'import time; print(time.time() + 1.5)')
  cat "$work/prelude.py" - >"$work/open.py" <<'PY'
me, my_port, other, other_port, at = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5])
s = socket(); s.bind((me, my_port)); time.sleep(max(0, at - time.time())); s.connect((other, other_port)); s.sendall(b'hello from ' + me.encode()); s.shutdown(SHUT_WR); read_all(s)
PY
  background ip netns exec "$S" "$PYTHON" "$work/open.py" $S4 5002 $C4 5001 "$at"
  client ping -c 1 -W 1 $S4 >/dev/null 2>&1 || true # So that both know the other's hardware address.
  client "$PYTHON" "$work/open.py" $C4 5001 $S4 5002 "$at"
}

# fast-open: the second session has data in its SYN.
fast-open() {
  lan; client sysctl -qw net.ipv4.tcp_fastopen=3; server sysctl -qw net.ipv4.tcp_fastopen=3
  server_py 17000 <<'PY'
l = listen(17000, (IPPROTO_TCP, TCP_FASTOPEN, 5))
while True: s = accept(l); s.sendall(b'got ' + s.recv(100)); s.close()
PY
  capture "$C" c0 session/fast-open.pcap
  client_py <<'PY'
for n in range(2): s = socket(); s.sendto(b'request %d' % n, MSG_FASTOPEN, (S4, 17000)); read_all(s); s.close(); time.sleep(0.2)
PY
}

# urgent-data: one byte out of band amid ordinary ones.
urgent-data() {
  lan
  server_py 17000 <<'PY'
s = accept(listen(17000, (SOL_SOCKET, SO_OOBINLINE, 1))); s.sendall(read_all(s)); s.close(); time.sleep(1)
PY
  capture "$C" c0 session/urgent-data.pcap
  client_py <<'PY'
s = connect(17000); s.sendall(b'before '); time.sleep(0.1); s.send(b'!', MSG_OOB); time.sleep(0.1); s.sendall(b' after'); s.shutdown(SHUT_WR); read_all(s)
PY
}

# mid-session: the capture begins after the handshake and ends before the close.
mid-session() {
  lan
  server_py 17000 <<'PY'
s = accept(listen(17000))
while q := s.recv(100): s.sendall(b'answer to ' + q)
PY
  client_py_background <<'PY'
s = connect(17000)
for n in range(16): s.sendall(b'question %d' % n); s.recv(100); time.sleep(0.2)
PY
  sleep 0.9; capture "$S" s0 session/mid-session.pcap; sleep 0.8; stop_captures
}

# offload-on: with segmentation offload and checksum offload, as a host sees its own traffic.
offload-on() {
  lan; offload "$C" c0 on; offload "$S" s0 on; start_nginx
  capture "$S" s0 session/offload-on.pcap; fetch "http://$API/download.bin" "http://$API/photo.bin"
}

# lossy_transfer FILE OPTION...: an upload and a download over a wire that loses, duplicates and reorders; both ends captured.
lossy_transfer() {
  local name=$1
  shift
  wire --delay 0.008 "$@"
  if [ "$name" = lossy-without-sack ]; then client sysctl -qw net.ipv4.tcp_sack=0 net.ipv4.tcp_timestamps=0; fi
  server_py 17000 <<'PY'
l = listen(17000)
while True: s = accept(l); up = read_all(s); s.sendall(up[::-1]); s.close()
PY
  capture "$C" c0 "session/$name-client.pcap"; capture "$S" s0 "session/$name-server.pcap"
  client_py <<'PY'
for n in (450, 200): s = connect(17000); s.sendall(lines(n)); s.shutdown(SHUT_WR); read_all(s); s.close()
PY
}

# lossy: loss, duplicates and reordering with SACK and timestamps, seen from both ends.
lossy() { lossy_transfer lossy --loss 0.06 --dup 0.02 --reorder 0.06 --seed 5; }

# lossy-without-sack: as lossy, but without selective acknowledgement and timestamps.
lossy-without-sack() { lossy_transfer lossy-without-sack --loss 0.06 --reorder 0.05 --seed 8; }

# --- sensors/ -----------------------------------------------------------------------------------------------

# two-sensors: the same clean traffic at the client and at the server, 5 ms apart each way.
two-sensors() {
  wire --delay 0.005; start_nginx
  capture "$C" c0 sensors/client-end.pcap; capture "$S" s0 sensors/server-end.pcap
  fetch "http://$API/" "http://$API/items.json"; fetch -k "https://$API/style.css"
}

# routed: client - router - server.
routed() {
  namespace "$C"; namespace "$R"; namespace "$S"
  cable "$C" c0 02:00:00:00:00:10 "$R" r0 02:00:00:00:00:01; cable "$R" r1 02:00:00:00:01:01 "$S" s0 02:00:00:00:00:80
  address "$C" c0 $C4/24; address "$R" r0 10.20.0.1/24; address "$R" r1 10.21.0.1/24; address "$S" s0 10.21.0.80/24
  ip -n "$C" route add default via 10.20.0.1; ip -n "$S" route add default via 10.21.0.1; router sysctl -qw net.ipv4.ip_forward=1
}

# router-both-sides: dumpcap on both interfaces of a router: every packet twice, the second with a lower TTL.
router-both-sides() {
  routed; start_nginx; dumpcap_in "$R" "$work/raw.pcapng" -i r0 -f tcp -i r1 -f tcp
  client curl -s -H "Host: $API" http://10.21.0.80/ http://10.21.0.80/style.css >/dev/null
  stop_captures; save_pcapng "$work/raw.pcapng" sensors/router-both-sides.pcapng
}

# --- format/ ------------------------------------------------------------------------------------------------

# formats: the same two sessions in many formats: recorded at once by several programs, or converted.
formats() {
  lan; start_nginx
  capture "$C" c0 format/micro.pcap; capture "$C" c0 format/nano.pcap --time-stamp-precision=nano
  capture "$C" c0 format/snaplen-96.pcap -s 96
  capture "$C" any format/any-sll2.pcap; capture "$C" any format/any-sll.pcap -y LINUX_SLL
  dumpcap_in "$C" "$work/raw.pcapng" -i c0 -f tcp
  fetch "http://$API/" "http://$API/items.json"; client curl -s -g "http://[$S6]/style.css" >/dev/null
  stop_captures
  local f=$out/format
  save_pcapng "$work/raw.pcapng" format/dumpcap.pcapng
  gzip -9nc "$f/micro.pcap" >"$f/micro.pcap.gz"; zstd -q -19 -f "$f/micro.pcap" -o "$f/micro.pcap.zst"; lz4 -q -f "$f/micro.pcap" "$f/micro.pcap.lz4"
  zstd -q -19 -f "$f/dumpcap.pcapng" -o "$f/dumpcap.pcapng.zst"
  convert big-endian-pcap "$f/micro.pcap" "$f/big-endian.pcap"; convert big-endian-pcapng "$f/micro.pcap" "$f/big-endian.pcapng"
  convert simple-packets "$f/micro.pcap" "$f/simple-packets.pcapng"
  printf '%s\n' "$C4 web-client web-client.example.test" "$S4 $API" "$C6 web-client" "$S6 $API" >"$work/names.txt"
  convert names "$f/dumpcap.pcapng" "$f/names.pcapng" "$work/names.txt"
  editcap --capture-comment 'Two sessions, one over IPv6' -a 4:'The first request' "$f/dumpcap.pcapng" "$work/comments.pcapng"; convert neutral "$work/comments.pcapng" "$f/comments.pcapng"
  head -c "$(($(stat -c %s "$f/micro.pcap") - 700))" "$f/micro.pcap" >"$f/cut-tail.pcap"
  head -c "$(($(stat -c %s "$f/dumpcap.pcapng") - 900))" "$f/dumpcap.pcapng" >"$f/cut-tail.pcapng"
  cat "$f/dumpcap.pcapng" "$f/big-endian.pcapng" >"$f/two-sections.pcapng"
}

# two-interfaces: a server with two networks, dumpcap on both; one session on each.
two-interfaces() {
  namespace "$C"; namespace "$R"; namespace "$S"
  cable "$C" c0 02:00:00:00:00:10 "$S" s0 02:00:00:00:00:80; cable "$R" r0 02:00:00:00:01:10 "$S" s1 02:00:00:00:01:80
  address "$C" c0 $C4/24; address "$S" s0 $S4/24; address "$R" r0 10.21.0.10/24; address "$S" s1 10.21.0.80/24
  start_nginx; dumpcap_in "$S" "$work/raw.pcapng" -i s0 -f tcp -i s1 -f tcp
  fetch "http://$API/" "http://$API/style.css"; router curl -s http://10.21.0.80/items.json >/dev/null
  stop_captures; save_pcapng "$work/raw.pcapng" format/two-interfaces.pcapng
}

# rotated: dumpcap begins a new file every 30 packets; one session crosses all three.
rotated() {
  lan
  server_py 17000 <<'PY'
import threading
def talk(s):
    while q := s.recv(100): s.sendall(b'answer to ' + q)
    s.close()
l = listen(17000)
while True: threading.Thread(target=talk, args=(accept(l),)).start()
PY
  mkdir -p "$work/rotated"; dumpcap_in "$C" "$work/rotated/part.pcapng" -i c0 -f tcp -b packets:30
  client_py <<'PY'
a = connect(17000)
for n in range(22):
    a.sendall(b'question %d' % n); a.recv(100); time.sleep(0.05)
    if n == 11: b = connect(17000); b.sendall(b'aside'); b.recv(100); b.close()
a.shutdown(SHUT_WR); read_all(a)
PY
  stop_captures
  local n=0 part
  for part in "$work"/rotated/part_*; do n=$((n + 1)); save_pcapng "$part" "format/rotated-$n.pcapng"; done
  rm -r "$work/rotated"
}

# --- tunnel/ ------------------------------------------------------------------------------------------------

# underlay: the outer network of the tunnels, 192.168.50.0/24; the inner addresses are those of lan.
underlay() {
  namespace "$C"; namespace "$S"
  cable "$C" u0 02:00:00:00:50:10 "$S" u0 02:00:00:00:50:80; address "$C" u0 192.168.50.10/24; address "$S" u0 192.168.50.80/24
}
# talk_through: what goes through every tunnel.
talk_through() { fetch "http://$API/" "http://$API/items.json"; }

# vxlan: VNI 42 on UDP port 4789, by the kernel.
vxlan() {
  underlay
  ip -n "$C" link add c0 address 02:00:00:00:00:10 mtu 1450 type vxlan id 42 remote 192.168.50.80 dstport 4789 dev u0; ip -n "$S" link add s0 address 02:00:00:00:00:80 mtu 1450 type vxlan id 42 remote 192.168.50.10 dstport 4789 dev u0
  offload "$C" c0 off; offload "$S" s0 off; ip -n "$C" link set c0 up; ip -n "$S" link set s0 up; address "$C" c0 $C4/24; address "$S" s0 $S4/24
  start_nginx; capture "$C" u0 tunnel/vxlan.pcap -- udp port 4789; talk_through
}

# ip_tunnel PROTOCOL INNER_CLIENT INNER_SERVER: a TUN device at each end.
ip_tunnel() {
  underlay
  background ip netns exec "$C" "$PYTHON" "$work/tunnel.py" c0 "$1" 192.168.50.10 192.168.50.80; background ip netns exec "$S" "$PYTHON" "$work/tunnel.py" s0 "$1" 192.168.50.80 192.168.50.10
  until_true ip -n "$C" link show c0; until_true ip -n "$S" link show s0
  ip -n "$C" link set c0 mtu 1400 up; ip -n "$S" link set s0 mtu 1400 up; address "$C" c0 "$2"; address "$S" s0 "$3"
}

# gre: GRE with IPv4 inside; the same traffic inside the tunnel is raw IP without a link header.
gre() {
  ip_tunnel 47 $C4/24 $S4/24; start_nginx; capture "$C" u0 tunnel/gre.pcap -- proto 47; capture "$C" c0 format/raw-ip.pcap; talk_through
}

# ipip: IPv4 in IPv4.
ipip() { ip_tunnel 4 $C4/24 $S4/24; start_nginx; capture "$C" u0 tunnel/ipip.pcap -- proto 4; talk_through; }

# 6in4: IPv6 in IPv4.
6in4() {
  ip_tunnel 41 $C6/64 $S6/64; start_nginx; capture "$C" u0 tunnel/6in4.pcap -- proto 41
  client curl -s -g "http://[$S6]/" "http://[$S6]/items.json" >/dev/null
}

# tagged FILE TAG...: client and server behind access ports, the trunk between them captured.
tagged() {
  local file=$1
  shift
  namespace "$C"; namespace "$S"
  cable "$C" t0 02:00:00:00:60:10 "$S" t0 02:00:00:00:60:80; client sysctl -qw net.ipv6.conf.t0.disable_ipv6=1; server sysctl -qw net.ipv6.conf.t0.disable_ipv6=1
  background ip netns exec "$C" "$PYTHON" "$work/trunk.py" c0 t0 "$@"; background ip netns exec "$S" "$PYTHON" "$work/trunk.py" s0 t0 "$@"
  until_true ip -n "$C" link show c0; until_true ip -n "$S" link show s0
  ip -n "$C" link set c0 address 02:00:00:00:00:10 mtu 1400 up; ip -n "$S" link set s0 address 02:00:00:00:00:80 mtu 1400 up
  address "$C" c0 $C4/24 $C6/64; address "$S" s0 $S4/24 $S6/64
  start_nginx; capture "$C" t0 "$file" -- vlan; talk_through; client curl -s -g "http://[$S6]/style.css" >/dev/null
}

# vlan: 802.1Q, VLAN 30.
vlan() { tagged tunnel/vlan.pcap 30; }

# qinq: 802.1ad, VLAN 30 inside service VLAN 500.
qinq() { tagged tunnel/qinq.pcap 500 30; }

# ip-fragments: a router cuts the packets to 600 bytes; captured where they arrive in pieces.
ip-fragments() {
  namespace "$C"; namespace "$R"; namespace "$R2"; namespace "$S"
  cable "$C" c0 02:00:00:00:00:10 "$R" r0 02:00:00:00:00:01; cable "$R" r1 02:00:00:00:01:01 "$R2" r2 02:00:00:00:01:02; cable "$R2" r3 02:00:00:00:02:01 "$S" s0 02:00:00:00:00:80
  ip -n "$R" link set r1 mtu 600; ip -n "$R2" link set r2 mtu 600
  address "$C" c0 $C4/24; address "$R" r0 10.20.0.1/24; address "$R" r1 10.21.0.1/24; address "$R2" r2 10.21.0.2/24; address "$R2" r3 10.22.0.1/24; address "$S" s0 10.22.0.80/24
  ip -n "$C" route add default via 10.20.0.1; ip -n "$R" route add default via 10.21.0.2; ip -n "$R2" route add default via 10.21.0.1; ip -n "$S" route add default via 10.22.0.1
  ip netns exec "$R2" sysctl -qw net.ipv4.ip_forward=1; router sysctl -qw net.ipv4.ip_forward=1
  client sysctl -qw net.ipv4.ip_no_pmtu_disc=1; server sysctl -qw net.ipv4.ip_no_pmtu_disc=1
  start_nginx; capture "$C" c0 tunnel/ip-fragments.pcap -- ip
  client curl -s -H "Host: $API" http://10.22.0.80/items.json http://10.22.0.80/logo.png >/dev/null
}

# --- database/, mail/, file-transfer/, shell/ ------------------------------------------------------------------

# postgres: psql asks for encryption, is told no, logs in, and runs five statements; the last one fails.
postgres() {
  lan; start_postgres $S4; dumpcap_in "$C" "$work/raw.pcapng" -i c0 -f tcp
  PGPASSWORD=not-a-secret client psql -h $S4 -U report shop >/dev/null 2>&1 <<'SQL' || true
select count(*), sum(amount) from orders;
select * from orders where amount > 200 order by id limit 20;
begin; insert into orders values (1001, 'new customer', 9.99, '2024-06-01'); commit;
select pg_sleep(0.4);
select * from no_such_table;
SQL
  stop_captures; save_pcapng "$work/raw.pcapng" database/postgres.pcapng
}

# redis: single commands, one that fails, then a pipeline of fifty.
redis() {
  lan; start_redis $S4; capture "$C" c0 database/redis.pcap
  client_py <<'PY'
import redis
r = redis.Redis(S4); r.set('greeting', 'hello'); r.get('greeting'); r.lpush('queue', 'a', 'b', 'c'); r.lrange('queue', 0, -1); r.get('nothing')
try: r.incr('greeting')
except redis.ResponseError: pass
with r.pipeline(transaction=False) as p:
    for n in range(50): p.set(f'key:{n}', f'value-{n}')
    p.execute()
PY
}

# redis-resp3: redis-cli with protocol 3, a session for each command: maps, sets, doubles, binary values.
redis-resp3() {
  lan; start_redis $S4
  server redis-cli -h $S4 >/dev/null <<'COMMANDS'
hset item:7 name pencil price 1.25
sadd colours red green
zadd sizes 1.5 small 3 large
COMMANDS
  capture "$C" c0 database/redis-resp3.pcap
  client redis-cli -3 -h $S4 hgetall item:7 >/dev/null
  client redis-cli -3 -h $S4 smembers colours >/dev/null
  client redis-cli -3 -h $S4 zrange sizes 0 -1 withscores >/dev/null
  client redis-cli -3 -h $S4 eval "return {redis.call('get', 'nothing'), '\\0\\255', {1, 2}}" 0 >/dev/null
}

# postgres-extended: pgbench with the extended query protocol: Parse, Bind, Describe, Execute.
postgres-extended() {
  local bin
  bin=$(find /usr/lib/postgresql -name pgbench -printf '%h\n' | sort -V | tail -1)
  lan; start_postgres $S4; dumpcap_in "$C" "$work/raw.pcapng" -i c0 -f tcp
  printf '%s\n' '\set n 7' 'select customer, amount from orders where id = :n;' "select 'two' as a, null as b;" >"$work/bench.sql"
  PGPASSWORD=not-a-secret PGSSLMODE=disable client "$bin/pgbench" -h $S4 -U report -n -t 1 -M extended -f "$work/bench.sql" shop >/dev/null 2>&1
  stop_captures; save_pcapng "$work/raw.pcapng" database/postgres-extended.pcapng
}

# mysql: the MariaDB client against its server, without TLS.
mysql() {
  lan
  install -d -o mysql -m 700 "$work/mysql"
  mariadb-install-db --no-defaults --datadir="$work/mysql" --user=mysql --auth-root-authentication-method=socket --skip-test-db >/dev/null 2>&1
  printf '%s\n' "create user app@'%' identified by 'not-a-secret';" 'create database shop;' "grant all on shop.* to app@'%';" >"$work/init.sql"; chmod a+r "$work/init.sql"
  background ip netns exec "$S" mariadbd --no-defaults --datadir="$work/mysql" --user=mysql --bind-address=$S4 --port=3306 \
    --socket="$work/mysql/sock" --pid-file="$work/mysql/pid" --skip-name-resolve --init-file="$work/init.sql"
  until_true listening "$S" 3306
  until_true client mariadb --no-defaults -h $S4 -u app -pnot-a-secret --skip-ssl -e 'select 1' shop
  capture "$C" c0 database/mysql.pcap
  client mariadb --no-defaults -h $S4 -u app -pnot-a-secret --skip-ssl --force shop >/dev/null 2>&1 <<'SQL' || true
create table items(id int primary key, name varchar(40));
insert into items values (1, 'pencil'), (2, 'paper'), (3, 'ink');
select * from items order by name;
select sleep(0.3);
select * from no_such_table;
SQL
}

# smtp: one message in the clear, one after STARTTLS.
smtp() {
  lan
  cat >"$work/mail.py" <<'PY'
import asyncio, ssl, sys
from aiosmtpd.smtp import SMTP
from aiosmtpd.handlers import Sink
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(sys.argv[1] + '/server.pem', sys.argv[1] + '/server.key')
async def main():
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: SMTP(Sink(), hostname='mail.example.test', tls_context=context, loop=loop), '10.20.0.80', 25); await asyncio.Future()
asyncio.run(main())
PY
  background ip netns exec "$S" "$PYTHON" "$work/mail.py" "$work/tls"; until_true listening "$S" 25
  capture "$C" c0 mail/smtp-and-starttls.pcap
  client_py <<'PY'
import smtplib
text = 'From: ada@example.test\r\nTo: bob@example.test\r\nSubject: test %d\r\n\r\nThe order is on its way.\r\n'
for n in (1, 2):
    with smtplib.SMTP(S4, 25, local_hostname='web-client.example.test') as m:
        if n == 2: m.starttls(); m.ehlo('web-client.example.test')
        m.sendmail('ada@example.test', ['bob@example.test'], text % n)
PY
}

# ftp: a passive listing and download, then an active download: control and data sessions.
ftp() {
  lan
  background ip netns exec "$S" "$PYTHON" -m pyftpdlib -i $S4 -p 21 -d "$work/www"; until_true listening "$S" 21
  capture "$C" c0 file-transfer/ftp-passive-and-active.pcap
  client curl -s "ftp://$S4/" >/dev/null; client curl -s "ftp://$S4/notes.txt" >/dev/null; client curl -s -P - --disable-eprt "ftp://$S4/style.css" >/dev/null
}

# ssh: key login and one command with some output.
ssh-login() {
  lan; mkdir -p /run/sshd
  [ -e "$work/ssh-host" ] || { ssh-keygen -q -t ed25519 -N '' -C example -f "$work/ssh-host"; ssh-keygen -q -t ed25519 -N '' -C example -f "$work/ssh-user"; }
  background ip netns exec "$S" "$(command -v sshd)" -D -e -f /dev/null -h "$work/ssh-host" -o "ListenAddress=$S4" -o UsePAM=no -o PermitRootLogin=yes \
    -o StrictModes=no -o "AuthorizedKeysFile=$work/ssh-user.pub" -o PidFile=none
  until_true listening "$S" 22
  capture "$C" c0 shell/ssh-login.pcap
  client ssh -F none -i "$work/ssh-user" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "root@$S4" 'seq 1 300; sleep 0.3; echo done' >/dev/null
}

# --- demo ---------------------------------------------------------------------------------------------------

# demo: fourteen sessions of a small shop, seen at its front door: 10.20.0.80 is the shop's web server, .90 its
# database, .91 its cache; clients lie 20 ms away, and the mobile client's downloads (port 8080) cross a bad line.
demo() {
  wire --delay 0.01 --port 8080 --loss 0.06 --reorder 0.06 --seed 11
  address "$C" c0 10.20.0.11/24 10.20.0.12/24 10.20.0.13/24 10.20.0.14/24 fd00:20::11/64; address "$S" s0 10.20.0.90/24 10.20.0.91/24
  ip -n "$C" neigh add 10.20.0.99 lladdr 02:00:00:00:00:99 dev c0
  start_nginx; start_postgres 10.20.0.90; start_redis 10.20.0.91
  background ip netns exec "$S" "$PYTHON" "$work/web.py"; until_true listening "$S" 8000
  server_py 9000 <<'PY'
s = accept(listen(9000))
while True: s.sendall(b'status: ok\n'); time.sleep(1.5)
PY
  # A monitor that was there before the capture, and stays.
  client_py_background <<'PY'
s = socket(); s.bind(('10.20.0.14', 0)); s.connect((S4, 9000))
while s.recv(100): pass
PY
  sleep 0.6; dumpcap_in "$C" "$work/raw.pcapng" -i c0 -f 'tcp or arp'; rm -f "$work/keys.txt"
  local u=http://$API
  fetch "$u/" "$u/style.css" "$u/logo.png" "$u/items.json"
  fetch --interface 10.20.0.11 "$u/items.json" "$u/missing.html"
  client curl -s -g --interface fd00:20::11 -H "Host: $API" "http://[$S6]/" "http://[$S6]/style.css" "http://[$S6]/logo.png" >/dev/null
  sleep 0.3
  SSLKEYLOGFILE=$work/keys.txt fetch --cacert "$work/tls/ca.pem" "https://$API/" "https://$API/items.json"
  fetch --interface 10.20.0.11 "$u:8000/report" &
  local report=$!
  sleep 0.3
  PGPASSWORD=not-a-secret client psql -h 10.20.0.90 -U report shop >/dev/null 2>&1 <<'SQL' || true
select count(*), sum(amount) from orders;
select * from orders where amount > 240 order by id;
select pg_sleep(0.3);
SQL
  sleep 0.3
  client_py <<'PY'
import redis
r = redis.Redis('10.20.0.91'); r.set('basket:7', 'pencil'); r.get('basket:7'); r.incr('visits')
PY
  sleep 0.3
  fetch --interface 10.20.0.12 -T "$work/www/photo.bin" "$u/upload/photo.bin"
  sleep 0.3
  fetch --interface 10.20.0.13 "$u:8080/download.bin"
  sleep 0.3
  fetch --interface 10.20.0.12 "$u:7001/" || true
  client curl -s --interface 10.20.0.12 --connect-timeout 2.5 http://10.20.0.99/ || true
  sleep 0.3
  client_py <<'PY' # Goes away in the middle of a download.
s = socket(); s.bind(('10.20.0.13', 0)); s.connect((S4, 80)); s.sendall(b'GET /photo.bin HTTP/1.1\r\nHost: api.example.test\r\n\r\n'); read(s, 5000); reset(s)
PY
  fetch --interface 10.20.0.12 "$u/notes.txt" "$u/notes.txt"
  wait "$report"; stop_captures
  printf '%s\n' "$C4 web-client.example.test" '10.20.0.11 laptop.example.test' '10.20.0.12 phone.example.test' '10.20.0.13 mobile-client.example.test' \
    '10.20.0.14 monitor.example.test' "$S4 $API" '10.20.0.90 db.example.test' '10.20.0.91 cache.example.test' '10.20.0.99 old-server.example.test' \
    "fd00:20::11 laptop.example.test" "$S6 $API" >"$work/names.txt"
  convert names "$work/raw.pcapng" "$out/demo.pcapng" "$work/names.txt" "$work/keys.txt"
}

# --- messaging/ ---------------------------------------------------------------------------------------------

# mqtt: a subscriber and publishers of MQTT 3.1.1 and 5, QoS 0 to 2, a will, a user, properties.
mqtt() {
  lan
  printf '%s\n' "listener 1883 $S4" 'allow_anonymous true' 'persistence false' >"$work/mosquitto.conf"
  background ip netns exec "$S" mosquitto -c "$work/mosquitto.conf"; until_true listening "$S" 1883
  capture "$C" c0 messaging/mqtt.pcap
  client mosquitto_sub -h $S4 -V 5 -i display -t 'shop/#' -q 2 -C 3 >/dev/null 2>&1 &
  local subscriber=$!
  sleep 0.5
  client mosquitto_pub -h $S4 -V 311 -i sensor -u ann -P not-a-secret --will-topic shop/lost --will-payload gone -t shop/temperature -m '{"celsius": 21.5}' -q 1
  client mosquitto_pub -h $S4 -V 5 -i till -t shop/sales -m 'pencil' -q 2 -D publish user-property till 7 -D publish content-type text/plain
  client mosquitto_pub -h $S4 -V 311 -i door -t shop/door -m open
  wait "$subscriber"
}

# --- rpc/ ---------------------------------------------------------------------------------------------------

# grpc: two calls on one channel; messages are encoded by hand, since no schema is needed for that.
grpc() {
  lan
  server_py 50051 <<'PY'
from concurrent import futures
import grpc
class Items(grpc.GenericRpcHandler):
    def service(self, call):
        if call.method != '/shop.Items/Get': return None
        return grpc.unary_unary_rpc_method_handler(lambda request, context: b'\x0a\x06pencil\x15\x00\x00\xa0\x3f\x1a\x04\x08\x07\x10\x01')
server = grpc.server(futures.ThreadPoolExecutor(2), handlers=(Items(),))
server.add_insecure_port(f'{S4}:50051'); server.start(); server.wait_for_termination()
PY
  capture "$C" c0 rpc/grpc.pcap
  client_py <<'PY'
import grpc
with grpc.insecure_channel(f'{S4}:50051') as channel:
    get = channel.unary_unary('/shop.Items/Get'); get(b'\x08\x07'); get(b'\x08\x96\x01\x12\x02en')
    try: channel.unary_unary('/shop.Items/Sell')(b'')
    except grpc.RpcError: pass
PY
}

# msgpack: calls of MessagePack-RPC over a socket.
msgpack() {
  lan
  server_py 7070 <<'PY'
import msgpack
s = accept(listen(7070)); unpacker = msgpack.Unpacker()
while piece := s.recv(65536):
    unpacker.feed(piece)
    for kind, number, method, arguments in unpacker:
        s.sendall(msgpack.packb([1, number, None, {'name': 'pencil', 'price': 1.25, 'sizes': [1, 2, 300], 'picture': b'\x89PNG\x00', 'sold': None, 'new': True}]))
PY
  capture "$C" c0 rpc/msgpack.pcap
  client_py <<'PY'
import msgpack
s = connect(7070)
for number in (1, 2): s.sendall(msgpack.packb([0, number, 'item.get', [number + 6]])); s.recv(65536)
PY
}

# --- The catalogue, README.md, and the run -----------------------------------------------------------------------

# catalogue: FILE|FUNCTION|WHAT IT SHOWS, for every file that this script makes.
catalogue() {
  cat <<'LIST'
demo.pcapng|demo|A small shop at work: HTTP keep-alive, IPv6, TLS 1.3 (secrets inside), PostgreSQL, Redis, an upload, a slow answer, a download with losses, a reset, a refused and an unanswered connection, one that was open before and after; a name resolution block names the hosts
http/keepalive-requests.pcap|keepalive-requests|Eight requests on one connection, among them 404 and an empty body
http/pipelined-requests.pcap|pipelined-requests|Four requests in one segment
http/statuses-and-methods.pcap|statuses-and-methods|HEAD, 302, 206, 304, PUT 201, DELETE 204, POST 405
http/gzip-chunked.pcap|gzip-chunked|Chunked transfer of gzip content
http/brotli.pcap|brotli|Content with Brotli: JSON, and a page
http/multipart-form.pcap|multipart-form|A form with fields and files (XML, GIF), and one that is not made of parts
http/upload.pcap|upload|POST of 24 kB with 100-continue, then a small POST on the same connection
http/slow-server.pcap|slow-server|An answer after 1.2 s, then a chunked answer with pauses
http/http10-server.pcap|http10-server|HTTP/1.0, the close ends the body; captured at the server
http/ipv6.pcap|ipv6|Three requests over IPv6
http/http2-cleartext.pcap|http2-cleartext|HTTP/2 with prior knowledge, four streams at once, one of them 404
http/websocket.pcap|websocket|Upgrade to WebSocket, three messages each way, ping, close
http/websocket-deflate.pcap|websocket-deflate|WebSocket with permessage-deflate
http/websocket-deflate-history.pcap|websocket-deflate-history|WebSockets with permessage-deflate: messages upon those before, and each on its own; fragments, ping
http/trailers.pcap|trailers|Chunks with trailers both ways, 103, fields in Latin-1
http/connect-proxy.pcap|connect-proxy|CONNECT refused with 407, then a tunnel with two requests inside
http/h2c-upgrade.pcap|h2c-upgrade|HTTP/1.1 upgraded to HTTP/2 by curl
http/grpc.pcap|grpc-reset|gRPC: messages and trailers both ways, and a call that is reset
tls/tls13-curl.pcapng|tls13-curl|TLS 1.3 with HTTP/1.1 inside; secrets in a decryption secrets block
tls/tls12-curl.pcapng|tls12-curl|TLS 1.2 with ECDHE, HTTP/1.1 inside; secrets in a decryption secrets block
tls/tls13-http2.pcapng|tls13-http2|TLS 1.3 with HTTP/2 inside; secrets in a decryption secrets block
tls/tls12-client-certificate.pcapng|tls12-client-certificate|TLS 1.2, both certificates visible; secrets in a decryption secrets block
tls/tls13-resumption.pcap|tls13-resumption|A full handshake, a resumed one, and early data; key log: `tls13-resumption.keys`
tls/tls12-rsa-key-exchange.pcap|tls12-rsa-key-exchange|TLS 1.2 with RSA key exchange and CBC; key log: `tls12-rsa-key-exchange.keys`
tls/export-ciphers.pcap|export-ciphers|SSL 3.0 and TLS 1.0 with RC4 and DES cut down for export, and DES; key log: `export-ciphers.keys`
tls/tls-through-proxies.pcap|tls-through-proxies|TLS behind CONNECT, SOCKS 5 with and without a login, and SOCKS 4A; key log: `tls-through-proxies.keys`
tls/tls12-cbc-etm.pcap|tls12-cbc-etm|TLS 1.2 with CBC, encrypted, then authenticated; key log: `tls12-cbc-etm.keys`
tls/tls12-cbc-mte.pcap|tls12-cbc-mte|TLS 1.2 with CBC, authenticated, then encrypted; key log: `tls12-cbc-mte.keys`
tls/tls13-ccm8-key-updates.pcap|tls-matrix|TLS 1.3 with AES-CCM-8, keys updated from both ends; key log beside it
tls/tls13-early-data.pcap|tls-matrix|TLS 1.3 with ChaCha20-Poly1305: a full handshake, then early data; key log beside it
tls/tls13-early-data-refused.pcap|tls-matrix|TLS 1.3: the server asks for another hello, twice, the second time behind early data; key log beside it
tls/tls13-client-auth-later.pcap|tls-matrix|TLS 1.3: the client's certificate comes after the handshake; key log beside it
tls/tls13-padding.pcap|tls-matrix|TLS 1.3 with AES-CCM and padded records; key log beside it
tls/tls12-gcm-renegotiated.pcap|tls-matrix|TLS 1.2 with AES-GCM, renegotiated twice; key log beside it
tls/tls12-gcm-resumed-by-ticket.pcap|tls-matrix|TLS 1.2 with AES-GCM, resumed by a ticket; key log: `tls12-gcm-resumed-by-ticket.keys`
tls/tls12-chacha20-resumed-by-id.pcap|tls-matrix|TLS 1.2 with ChaCha20-Poly1305: a full handshake, and one resumed by session id; key log beside it
tls/tls12-ccm8.pcap|tls-matrix|TLS 1.2 with AES-CCM-8; key log beside it
tls/tls12-aria-gcm.pcap|tls-matrix|TLS 1.2 with a pre-shared key and ARIA-GCM; key log beside it
tls/tls12-camellia-sha384-etm.pcap|tls-matrix|TLS 1.2 with Camellia-CBC and SHA-384, encrypted, then authenticated; key log beside it
tls/tls12-3des-mte.pcap|tls-matrix|TLS 1.2 with Triple DES (GnuTLS); key log beside it
tls/tls11-cbc-mte.pcap|tls-matrix|TLS 1.1 with AES-CBC, authenticated, then encrypted; key log beside it
tls/tls10-cbc-etm-renegotiated.pcap|tls-matrix|TLS 1.0 with AES-CBC, encrypted, then authenticated, renegotiated twice; key log beside it
tls/tls10-rc4.pcap|tls-matrix|TLS 1.0 with RC4 (GnuTLS); key log beside it
tls/tls10-null.pcap|tls-matrix|TLS 1.0 without encryption, with MACs of MD5; key log beside it
tls/alerts.pcap|alerts|Unknown authority, no common version, HTTP spoken to a TLS port
session/refused.pcap|refused|A SYN answered by RST, twice
session/no-answer.pcap|no-answer|A SYN sent four times, no answer
session/unreachable.pcap|unreachable|A SYN answered by an ICMP error that quotes it
session/reset-by-client.pcap|reset-by-client|RST in the middle of a download
session/reset-by-server.pcap|reset-by-server|RST because the server closed with bytes unread
session/half-close.pcap|half-close|The client's FIN comes first, the server sends on for 0.8 s
session/keep-alive-probes.pcap|keep-alive-probes|TCP keep-alive probes on an idle connection, then data
session/zero-window.pcap|zero-window|Window closed for two seconds, probed, opened again
session/port-reuse.pcap|port-reuse|Three sessions with the same addresses and ports
session/simultaneous-open.pcap|simultaneous-open|Both ends send a SYN at the same moment
session/fast-open.pcap|fast-open|TCP Fast Open: a cookie is asked for, then data in the SYN
session/urgent-data.pcap|urgent-data|One urgent byte between ordinary ones
session/mid-session.pcap|mid-session|Neither the handshake nor the close was captured
session/offload-on.pcap|offload-on|Segmentation and checksum offload: large segments, checksums that look wrong
session/lossy-client.pcap|lossy|Loss, duplicates and reordering, seen by the client
session/lossy-server.pcap|lossy|The same traffic, seen by the server
session/lossy-without-sack-client.pcap|lossy-without-sack|Loss and reordering without SACK and timestamps, seen by the client
session/lossy-without-sack-server.pcap|lossy-without-sack|The same traffic, seen by the server
sensors/client-end.pcap|two-sensors|HTTP and TLS without losses, seen by the client, 5 ms away
sensors/server-end.pcap|two-sensors|The same traffic, seen by the server
sensors/router-both-sides.pcapng|router-both-sides|Every packet twice, on two interfaces of a router, with different TTL
format/micro.pcap|formats|The traffic of all captures of function `formats`: pcap, microseconds
format/nano.pcap|formats|pcap, nanoseconds
format/snaplen-96.pcap|formats|pcap, 96 bytes kept of each packet
format/any-sll2.pcap|formats|Linux "any" device, link type SLL2
format/any-sll.pcap|formats|Linux "any" device, link type SLL
format/dumpcap.pcapng|formats|pcapng as dumpcap writes it: nanoseconds, an interface statistics block at the end
format/micro.pcap.gz|formats|`micro.pcap` with gzip
format/micro.pcap.zst|formats|`micro.pcap` with Zstandard
format/micro.pcap.lz4|formats|`micro.pcap` with LZ4
format/dumpcap.pcapng.zst|formats|`dumpcap.pcapng` with Zstandard
format/big-endian.pcap|formats|`micro.pcap` in big-endian byte order
format/big-endian.pcapng|formats|`micro.pcap` as big-endian pcapng
format/simple-packets.pcapng|formats|Simple packet blocks: no times, 96 bytes of each packet
format/names.pcapng|formats|`dumpcap.pcapng` with a name resolution block
format/comments.pcapng|formats|`dumpcap.pcapng` with a comment on the capture and on packet 4
format/cut-tail.pcap|formats|`micro.pcap` cut in the middle of a packet
format/cut-tail.pcapng|formats|`dumpcap.pcapng` cut in the middle of a block
format/two-sections.pcapng|formats|`dumpcap.pcapng` and `big-endian.pcapng`, one after the other: two sections, the second repeats the first
format/two-interfaces.pcapng|two-interfaces|dumpcap on two interfaces of a server, a session on each
format/rotated-1.pcapng|rotated|First of three files of a rotated capture; one session crosses all three
format/rotated-2.pcapng|rotated|Second of the three, with a whole session of its own
format/rotated-3.pcapng|rotated|Third of the three
format/raw-ip.pcap|gre|Raw IP: the traffic of `tunnel/gre.pcap` inside the tunnel
tunnel/vxlan.pcap|vxlan|VXLAN over IPv4
tunnel/gre.pcap|gre|IPv4 in GRE
tunnel/ipip.pcap|ipip|IPv4 in IPv4
tunnel/6in4.pcap|6in4|IPv6 in IPv4
tunnel/vlan.pcap|vlan|802.1Q tag, IPv4 and IPv6
tunnel/qinq.pcap|qinq|802.1ad: two tags, IPv4 and IPv6
tunnel/ip-fragments.pcap|ip-fragments|TCP in fragmented IPv4, and whole packets in the other direction
database/postgres.pcapng|postgres|PostgreSQL: SCRAM login, queries, a transaction, a pause, an error
database/redis.pcap|redis|Redis: single commands, an error, a pipeline of fifty
database/redis-resp3.pcap|redis-resp3|Redis with protocol 3: maps, sets, doubles, binary values
database/postgres-extended.pcapng|postgres-extended|PostgreSQL with the extended query protocol: Parse, Bind, Describe, Execute
database/mysql.pcap|mysql|MySQL protocol: login, queries, a pause, an error
messaging/mqtt.pcap|mqtt|MQTT 3.1.1 and 5: QoS 0 to 2, a will, a user, properties
rpc/grpc.pcap|grpc|gRPC: two calls and one of a method that is not there
rpc/msgpack.pcap|msgpack|MessagePack-RPC: two calls
mail/smtp-and-starttls.pcap|smtp|SMTP in the clear, then with STARTTLS
file-transfer/ftp-passive-and-active.pcap|ftp|FTP: control sessions, passive and active data sessions
shell/ssh-login.pcap|ssh-login|SSH: key exchange, login, one command
LIST
}

# sessions FILE / packets FILE: as tshark counts them, for what it can read.
sessions() { { tshark -r "$1" -T fields -e tcp.stream tcp 2>/dev/null || true; } | sort -u | grep -c .; }
packets() { { tshark -r "$1" -T fields -e frame.number 2>/dev/null || true; } | grep -c .; }

write_readme() {
  local dir=$1 file function shows where
  {
    cat <<'TEXT'
# Captures for tests

All captures here were recorded for this project with `record.sh`, from real programs that talk to each other in network namespaces.
Addresses, names, keys, passwords and contents are made up for the purpose, and the private keys were thrown away.
License: made by this project, MIT OR Apache-2.0.

## How to record again

```sh
sudo bash record.sh /tmp/captures                   # all of them
sudo bash record.sh /tmp/captures refused vlan      # those of two functions
bash record.sh --readme /tmp/captures               # this file, for the captures that are in that folder
```

The head of the script lists the programs that it needs.
A new recording has other times, ports and sequence numbers, so goldens that go with a capture change with it.

## How the network looks

- Client `10.20.0.10` and `fd00:20::10`, server `10.20.0.80` and `fd00:20::80`, called `api.example.test`.
- A cable (veth pair) joins them, with all offloads off except in `session/offload-on.pcap`.
- `demo.pcapng`, `session/lossy-*`, `session/simultaneous-open.pcap` and `sensors/*-end.pcap` go through a user-space wire that delays packets, and loses, duplicates and reorders them where the table says so.
- VLAN tags, GRE, IPIP and 6in4 headers are added by small user-space programs, VXLAN by the kernel.
- Captures are made at the client unless the table says otherwise.
- In pcapng files the description of the recording machine (hardware, operating system) was removed from the section and interface blocks.

## The captures

Packets and sessions are those that tshark counts; where a file is cut, those before the cut.

| File | What it shows | Function | Packets | Sessions | SHA-256 |
|---|---|---|---|---|---|
TEXT
    while IFS='|' read -r file function shows; do
      where=$dir/$file
      [ -s "$where" ] || continue
      printf '| `%s` | %s | `%s` | %d | %d | `%s` |\n' "$file" "$shows" "$function" "$(packets "$where")" "$(sessions "$where")" "$(sha256sum <"$where" | cut -d' ' -f1)"
    done < <(catalogue)
  } >"$work/README.md"
  mv "$work/README.md" "$dir/README.md"; chmod a+r "$dir/README.md"
}

# check FILE: fails when capinfos or tshark cannot read the capture (files that are cut on purpose may end with their complaint).
check() {
  case $1 in
    */cut-tail.*) ;;
    *.lz4) tshark -r "$1" >/dev/null 2>&1 || lz4 -t "$1" 2>/dev/null || { echo "record.sh: cannot read $1" >&2; return 1; } ;;
    *) capinfos "$1" >/dev/null 2>"$work/check.log" && tshark -r "$1" >/dev/null 2>>"$work/check.log" || { cat "$work/check.log" >&2; return 1; } ;;
  esac
}

functions() { catalogue | cut -d'|' -f2 | awk '!seen[$0]++'; }

main() {
  [ $# -gt 0 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
  if [ "$1" = --list ]; then functions; return; fi
  work=$(mktemp -d); chmod 755 "$work"
  trap 'set +e; clean; rm -rf "$work"' EXIT
  if [ "$1" = --readme ]; then write_readme "$2"; return; fi
  [ "$(id -u)" = 0 ] || { echo 'record.sh: needs root, for network namespaces' >&2; exit 1; }
  out=$(mkdir -p "$1" && cd "$1" && pwd)
  shift
  write_helpers; write_content; write_certificates
  local all name file function
  all=$(functions)
  local wanted=("$@")
  [ $# -gt 0 ] || mapfile -t wanted <<<"$all"
  for name in "${wanted[@]}"; do
    grep -qx -- "$name" <<<"$all" || { echo "record.sh: no capture function '$name' (--list names them)" >&2; exit 2; }
    echo "== $name"
    "$name"
    clean
    while IFS='|' read -r file function _; do
      [ "$function" = "$name" ] || continue
      check "$out/$file"
      printf '   %-45s %8d bytes\n' "$file" "$(stat -c %s "$out/$file")"
    done < <(catalogue)
  done
}

main "$@"
