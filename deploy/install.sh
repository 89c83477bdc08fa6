#!/bin/sh
# 离线安装并启动 / installs and starts without internet: tar -xzf ….tar.gz && …/install.sh
#   CEI_PREFIX  程序，默认 /opt/county-environmental-indicators（每次安装一个子目录，current 指向在用的）
#   CEI_DATA    数据，默认 /var/lib/county-environmental-indicators/data；已有的数据不动
#   CEI_CONFIG  设置，默认 /etc/county-environmental-indicators.env；已有的不动
#   CEI_START   systemd（默认，有 systemd 时）、foreground 或 no
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
prefix=${CEI_PREFIX:-/opt/county-environmental-indicators}
data=${CEI_DATA:-/var/lib/county-environmental-indicators/data}
config=${CEI_CONFIG:-/etc/county-environmental-indicators.env}
unit=county-environmental-indicators

fail() { printf '%s\n' "$*" >&2; exit 1; }

node=$(command -v node) || fail '没有找到 Node.js，需要 20.19 或更高版本 / Node.js 20.19 or newer is needed'
"$node" -e 'const [a, b] = process.versions.node.split(".").map(Number);
process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  fail "Node.js $("$node" --version) 太旧，需要 20.19 或更高版本 / is too old: 20.19 or newer is needed"
platform=$("$node" -p 'process.platform + "-" + process.arch')
case "$(basename "$here")" in
*-"$platform") ;;
*) fail "这个安装包不是为 $platform 做的 / this bundle was not made for $platform" ;;
esac

release="$prefix/$(basename "$here")-$(date +%Y%m%d%H%M%S)"
mkdir -p "$prefix"
[ ! -e "$release" ] || fail "$release 已存在 / exists"
cp -R "$here/app" "$release.part"
chmod -R go-w "$release.part"
mv "$release.part" "$release"

# As root the service runs as a user of its own, who owns the data and nothing else.
user=''
if [ "$(id -u)" = 0 ]; then
  user=cei
  id "$user" >/dev/null 2>&1 || useradd --system --user-group --home-dir "$data" --no-create-home --shell /usr/sbin/nologin "$user"
fi
fresh=''
if [ ! -d "$data" ]; then
  fresh=yes
  mkdir -p "$data"
  [ -z "$user" ] || chown "$user:$user" "$data"
  chmod 700 "$data"
fi
if [ ! -e "$config" ]; then
  (
    umask 077
    {
      echo '# 服务的设置，说明见 README；改后重启服务 / settings of the service, see README; restart after a change'
      echo 'HOST=127.0.0.1'
      echo 'PORT=8080'
      echo "DATA_DIR=$data"
      echo "CEI_SECRET_KEY=$("$node" -p 'require("node:crypto").randomBytes(32).toString("base64")')"
    } >"$config"
  )
fi
ln -sfn "$release" "$prefix/current"
printf '%s\n' "已安装到 $release / installed" "设置 / settings: $config" "数据 / data: $data"

# Whether the service says that it is ready, where its settings say that it listens.
answers() (
  set -a
  # shellcheck disable=SC1090
  . "$config"
  exec "$node" -e 'const { HOST = "127.0.0.1", PORT = "8080" } = process.env;
const host = HOST === "0.0.0.0" || HOST === "::" ? "127.0.0.1" : HOST.includes(":") ? `[${HOST}]` : HOST;
fetch(`http://${host}:${PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1));'
)

start=${CEI_START:-}
if [ -z "$start" ]; then
  if [ -n "$user" ] && [ -d /run/systemd/system ]; then start=systemd; else start=foreground; fi
fi
case "$start" in
no) exit 0 ;;
systemd)
  sed -e "s|@NODE@|$node|" -e "s|@PREFIX@|$prefix|" -e "s|@CONFIG@|$config|" -e "s|@USER@|$user|" -e "s|@DATA@|$data|" \
    "$release/deploy/county-environmental-indicators.service" >"/etc/systemd/system/$unit.service"
  systemctl daemon-reload
  systemctl enable "$unit"
  systemctl restart "$unit"
  printf '%s\n' '等服务就绪… / waiting until the service is ready'
  waited=0
  until answers; do
    waited=$((waited + 1))
    # A service that ends is started again by systemd, for ever.
    if [ "$(systemctl show --property NRestarts --value "$unit")" != 0 ] || [ "$waited" -ge 300 ]; then
      journalctl --unit "$unit" --lines 20 --no-pager --output cat >&2
      fail "服务没有就绪，原因见上 / the service is not ready, see above: journalctl -u $unit"
    fi
    sleep 1
  done
  printf '%s\n' '服务已就绪 / ready'
  [ -z "$fresh" ] ||
    printf '%s\n' "首个管理员令牌在日志里，只有一次 / the first token is in the journal, once: journalctl -u $unit"
  ;;
foreground)
  set -a
  # shellcheck disable=SC1090
  . "$config"
  set +a
  cd "$release"
  if [ -n "$user" ]; then exec setpriv --reuid "$user" --regid "$user" --clear-groups "$node" --enable-source-maps dist/main.js; fi
  exec "$node" --enable-source-maps dist/main.js
  ;;
*) fail "CEI_START=$start" ;;
esac
