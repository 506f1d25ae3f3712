// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { BlockList, isIP, isIPv4 } from "node:net";

// src/registry/address.ts
const classes = [
	["loopback", blockList(["127.0.0.0", 8], ["::1", 128])],
	["forbidden", blockList(["0.0.0.0", 8], ["169.254.0.0", 16], ["224.0.0.0", 3], ["::", 128], ["fe80::", 10], ["ff00::", 8], ["fd00:ec2::254", 128], ["100.100.100.200", 32])],
	["private", blockList(["10.0.0.0", 8], ["100.64.0.0", 10], ["172.16.0.0", 12], ["192.0.0.0", 24], ["192.168.0.0", 16], ["198.18.0.0", 15], ["fc00::", 7], ["fec0::", 10], ["2001::", 32])]
];
function blockList(...subnets) {
	const list = new BlockList();
	for (const [network, prefix] of subnets) list.addSubnet(network, prefix, isIPv4(network) ? "ipv4" : "ipv6");
	return list;
}
/**
* The class of an IP address. An IPv4 address inside an IPv6 one (mapped, compatible, NAT64, 6to4) counts as what it
* leads to: lists that look at the outer form only have been bypassed with each of them.
*/
function classifyAddress(address) {
	const plain = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
	if (isIP(plain) === 0) return "forbidden";
	const inner = isIPv4(plain) ? plain : embeddedIpv4(plain) ?? plain;
	const family = isIPv4(inner) ? "ipv4" : "ipv6";
	return classes.find(([, list]) => list.check(inner, family))?.[0] ?? "public";
}
/** The class that a URL's host shows without asking DNS; undefined for a name. */
function classifyHost(hostname) {
	const host = hostname.toLowerCase().replace(/^\[|\]$/g, "").replace(/\.$/, "");
	if (host === "localhost" || host.endsWith(".localhost")) return "loopback";
	return isIP(host) === 0 ? void 0 : classifyAddress(host);
}
/** The host of a URL as sockets want it: an IPv6 address without its brackets. */
function hostOf(url) {
	return url.hostname.replace(/^\[|\]$/g, "");
}
/** The port of an http or https URL, said or implied. */
function portOf(url) {
	return url.port === "" ? url.protocol === "https:" ? "443" : "80" : url.port;
}
/**
* May a host of class `from` send us on to one of class `to`? Never to a more private place than its own: a public
* registry does not know what stands on this machine, and has no business with it.
*/
function mayLeadTo(from, to) {
	if (to === "public") return true;
	if (to === "private") return from === "private" || from === "loopback";
	return to === "loopback" && from === "loopback";
}
function embeddedIpv4(address) {
	const groups = ipv6Groups(address);
	const [a = 0, b = 0, c = 0] = groups;
	const [high = 0, low = 0] = groups.slice(6);
	const middle = groups.slice(2, 6).every((group) => group === 0);
	if (a === 8194) return dotted(b, c);
	if (a === 100 && b === 65435) return dotted(high, low);
	return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 65535 || a === 0 && b === 0 && middle && (high !== 0 || low > 1) ? dotted(high, low) : void 0;
}
function ipv6Groups(address) {
	const [head = "", tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("::");
	const parse = (part) => part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
	const front = parse(head);
	if (tail === void 0) return front;
	const back = parse(tail);
	return [
		...front,
		...Array(8 - front.length - back.length).fill(0),
		...back
	];
}
function dotted(high, low) {
	return [
		high >> 8,
		high & 255,
		low >> 8,
		low & 255
	].join(".");
}

// src/registry/proxy.ts
/**
* The proxy for a URL, by the rules of Go's programs, so that what works for docker and podman works here: HTTPS_PROXY,
* HTTP_PROXY and NO_PROXY, upper case first, loopback never proxied.
* https://pkg.go.dev/golang.org/x/net/http/httpproxy
* @throws E_INPUT for a proxy that is no URL, E_UNSUPPORTED for one that isn't http or https.
*/
function proxyFor(url, env) {
	if (classifyHost(url.hostname) === "loopback") return void 0;
	const variable = variableOf(url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY", env);
	if (variable === void 0) return void 0;
	const exempt = variableOf("NO_PROXY", env);
	if (exempt !== void 0 && isExempt(url, env[exempt] ?? "")) return void 0;
	return {
		url: parseProxy(variable, env[variable] ?? ""),
		variable
	};
}
function variableOf(name, env) {
	return [name, name.toLowerCase()].find((each) => (env[each] ?? "") !== "");
}
/** `http://proxy:3128`, without userinfo: fit for a log. */
function showProxy(proxy) {
	return `${proxy.url.protocol}//${proxy.url.host}`;
}
/** What a proxy is shown of its own userinfo. https://www.rfc-editor.org/rfc/rfc9110#name-proxy-authorization */
function proxyAuthorization({ url }) {
	if (url.username === "" && url.password === "") return {};
	const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
	return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}
function parseProxy(variable, value) {
	const text = value.includes("://") ? value : `http://${value}`;
	if (!URL.canParse(text)) throw new CodedError("E_INPUT", `${variable} is not a URL`, { hint: "write http://proxy.example.com:3128, with user:password@ before the host if it needs them" });
	const url = new URL(text);
	if (!isDecodable(url.username) || !isDecodable(url.password)) throw new CodedError("E_INPUT", `${variable} has a "%" in its user or password that begins no code of UTF-8`, { hint: "write a percent sign as %25" });
	if (url.protocol === "http:" || url.protocol === "https:") return url;
	throw new CodedError("E_UNSUPPORTED", `${variable} names a proxy of the kind ${quote(url.protocol)}`, { hint: "http:// and https:// proxies are supported" });
}
function isDecodable(text) {
	try {
		return true;
	} catch {
		return false;
	}
}
/** Does NO_PROXY (names with their subdomains, `.names` and `*.names` without, addresses, CIDRs, `:port`, `*`) take this URL out? */
function isExempt(url, noProxy) {
	const host = hostOf(url).replace(/\.$/, "");
	const port = portOf(url);
	return noProxy.toLowerCase().split(/[,\s]+/).filter((entry) => entry !== "").some((entry) => entry === "*" || matchesEntry(host, port, entry));
}
function matchesEntry(host, port, entry) {
	if (entry.includes("/")) return inCidr(host, entry);
	const [, name = entry, wantedPort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
	if (wantedPort !== void 0 && wantedPort !== port) return false;
	const pattern = name.replace(/^\[|\]$/g, "").replace(/^\*\./, ".");
	if (isIP(host) !== 0 || isIP(pattern) !== 0) return sameAddress(host, pattern);
	return pattern.startsWith(".") ? host.endsWith(pattern) : host === pattern || host.endsWith(`.${pattern}`);
}
function sameAddress(a, b) {
	return isIP(a) !== 0 && isIP(b) !== 0 && inCidr(a, `${b}/${isIPv4(b) ? 32 : 128}`);
}
/** Is `host` an address of the network `cidr`? A name is in none; a malformed CIDR holds nothing. */
function inCidr(host, cidr) {
	const [network = "", prefix = ""] = cidr.split("/");
	const bits = isIPv4(network) ? 32 : 128;
	if (isIP(network) === 0 || isIP(host) === 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > bits) return false;
	const list = new BlockList();
	list.addSubnet(network, Number(prefix), isIPv4(network) ? "ipv4" : "ipv6");
	return list.check(host, isIPv4(host) ? "ipv4" : "ipv6");
}

export { classifyAddress as a, mayLeadTo as c, showProxy as i, portOf as l, proxyAuthorization as n, classifyHost as o, proxyFor as r, hostOf as s, inCidr as t };