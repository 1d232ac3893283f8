/** The extension of its files of routes; each has the set that it routes in a comment, and nothing else. */
export const EXTENSION = 'routes';

/**
 * What nginx runs for each request and connection, in njs: a subset of JavaScript, without destructuring. It keeps the routes in
 * memory that all of its processes share, so that a change of routes is no reload of nginx, which closes connections that clients
 * are about to use. `hosts` has the routes of each host name, the longest path first; `sets` has the set of each place, as in its
 * file; `turns` counts requests, so that shares are dealt out in turn; `known` has the addresses of containers in `routed`. A
 * connection of TCP has no such memory: it reads the files.
 */
export const PROGRAM = `
import fs from 'fs';

const FOLDER = '/routes/live';
const END = '.${EXTENSION}';
const LOADED = '#loaded';
const ALL = 1e9;

function readSets() {
  const sets = {};
  fs.readdirSync(FOLDER).sort().forEach((file) => {
    if (!file.endsWith(END)) return;
    try {
      const text = fs.readFileSync(FOLDER + '/' + file, 'utf8');
      const line = text.split('\\n').find((one) => one.startsWith('# set ')).slice(6);
      sets[file.slice(0, -END.length)] = { line: line, set: JSON.parse(line) };
    } catch (error) {
      ngx.log(ngx.ERR, file + ' cannot be read: ' + error);
    }
  });
  return sets;
}

function sideOf(side) {
  const servers = side.instances.map((instance) => instance + ':' + side.port);
  return { protocol: side.protocol || 'http', servers: servers };
}

function routesOf(sets) {
  const hosts = {};
  Object.keys(sets).forEach((name) => {
    sets[name].set.routes.forEach((route) => {
      const beside = route.beside;
      const percent = beside ? beside.percent : 100;
      const own = { name: name, host: route.host, path: route.path, percent: percent, own: sideOf(route) };
      if (beside) own.beside = sideOf(beside);
      hosts[route.host] = (hosts[route.host] || []).concat(own);
    });
  });
  Object.keys(hosts).forEach((host) => hosts[host].sort((a, b) => b.path.length - a.path.length));
  return hosts;
}

function replaceAll(memory, wanted) {
  Object.keys(wanted).forEach((key) => memory.set(key, wanted[key]));
  memory.keys(ALL).forEach((key) => { if (!(key in wanted)) memory.delete(key); });
}

function loadAll() {
  const sets = readSets();
  const hosts = routesOf(sets);
  const texts = { '#loaded': 'yes' };
  const lines = {};
  Object.keys(hosts).forEach((host) => { texts[host] = JSON.stringify(hosts[host]); });
  Object.keys(sets).forEach((name) => { lines[name] = sets[name].line; });
  replaceAll(ngx.shared.hosts, texts);
  replaceAll(ngx.shared.sets, lines);
  replaceAll(ngx.shared.routed, containersOf(hosts));
  ngx.shared.known.keys(ALL).forEach((container) => forgetUnrouted(container));
}

function containersOf(hosts) {
  const found = {};
  Object.keys(hosts).forEach((host) => hosts[host].forEach((route) => {
    const servers = route.own.servers.concat(route.beside ? route.beside.servers : []);
    servers.forEach((server) => { found[server.split(':')[0]] = 'yes'; });
  }));
  return found;
}

/** A container without requests may be removed and come back with another address. */
function forgetUnrouted(container) {
  if (!ngx.shared.routed.has(container)) ngx.shared.known.delete(container);
}

function loadOnce() {
  if (!ngx.shared.hosts.has(LOADED)) loadAll();
}

/** Of a hundred in turn so many go to the route's own side; within a side each server has its turn. */
function choose(route, turns) {
  const turn = turns.incr(route.host + route.path, 1, -1) >>> 0;
  const done = Math.floor((turn * route.percent) / 100);
  const isOwn = Math.floor(((turn + 1) * route.percent) / 100) > done;
  const side = isOwn ? route.own : route.beside;
  const servers = side.servers;
  if (servers.length === 0) return '';
  return side.protocol + ' ' + servers[(isOwn ? done : turn - done) % servers.length];
}

function decode(path) {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    return path;
  }
}

function way(r) {
  loadOnce();
  const routes = ngx.shared.hosts.get(r.variables.host);
  const route = routes && JSON.parse(routes).find((one) => r.uri.startsWith(decode(one.path)));
  return route ? choose(route, ngx.shared.turns) || '503' : '404';
}

/**
 * Where the server is: 'web:80', or '10.0.0.2:80' where its address was learned. Every second one request has the engine asked
 * for it again, and the others go on meanwhile: an engine that is busy holds up one request, not all.
 */
function server(r) {
  const words = (r.variables.way.split(' ')[1] || '').split(':');
  const address = ngx.shared.known.get(words[0]);
  const isAsking = !address || ngx.shared.asked.add(words[0], 'yes');
  return (isAsking ? words[0] : address) + ':' + words[1];
}

/**
 * Remembers the address that the engine gave for a container which answered. A failure forgets it, so that the engine is asked again.
 * A slow answer may arrive when its container has lost its routes: then nothing is remembered.
 */
function learn(r) {
  const container = (r.variables.way.split(' ')[1] || '').split(':')[0];
  const address = (r.variables.upstream_addr || '').split(':')[0];
  const hasAnswered = r.status !== 502 && r.status !== 504;
  const wasAsked = r.variables.server.startsWith(container + ':');
  if (!hasAnswered) ngx.shared.known.delete(container);
  else if (wasAsked && /^[0-9.]+$/.test(address)) ngx.shared.known.set(container, address);
  forgetUnrouted(container);
}

function tcpWay(s) {
  const routes = routesOf(readSets())[':' + s.variables.listens];
  return routes ? choose(routes[0], ngx.shared.tcp_turns) : '';
}

function load(r) {
  loadAll();
  r.return(200, 'loaded\\n');
}

function set(r) {
  loadOnce();
  r.return(200, ngx.shared.sets.get(r.args.name) || '');
}

function served(r) {
  loadOnce();
  const isTcp = (host) => host.startsWith(':');
  const memory = ngx.shared.hosts;
  const http = memory.keys(ALL).filter((host) => host !== LOADED && !isTcp(host)).map((host) => JSON.parse(memory.get(host)));
  const files = routesOf(readSets());
  const tcp = Object.keys(files).filter(isTcp).map((host) => files[host]);
  r.return(200, JSON.stringify([].concat.apply([], http.concat(tcp))) + '\\n');
}

export default { way, server, learn, tcpWay, load, set, served };
`;
