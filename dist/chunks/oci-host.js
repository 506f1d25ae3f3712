// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, o as show, t as CodedError } from "./errors.js";
import { domainToASCII, domainToUnicode } from "node:url";

// src/oci/host.ts
const domain = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** Letters beyond ASCII of the scripts that have doubles of ASCII letters. */
const lookalike = /(?![\x00-\x7f])[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Cherokee}]/u;
/**
* `host[:port]` of a registry, as it stands in `text`. Lower case only, and ASCII only: a host that looks like another
* one would get the credentials meant for that other one.
* https://github.com/distribution/reference/blob/main/reference.go
* @throws E_REFERENCE
*/
function parseHost(text, hostAndPort) {
	if (!/^[\x21-\x7e]*$/.test(hostAndPort)) throw notAscii(text, hostAndPort);
	if (/[A-Z]/.test(hostAndPort)) throw wrong(text, "its registry has upper-case letters", `write ${show(text.replace(hostAndPort, () => hostAndPort.toLowerCase()))}`);
	const [, host = "", port] = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/.exec(hostAndPort) ?? [];
	if (host.startsWith("[") ? !isIpv6(host.slice(1, -1)) : !domain.test(host) || host.length > 253) throw wrong(text, `${quote(hostAndPort)} is not the name of a registry`, "write a host name such as ghcr.io or localhost:5000; IPv6 addresses go in brackets");
	if (lookalike.test(domainToUnicode(host))) throw wrong(text, `its registry ${host} is read as ${quote(domainToUnicode(host))}, which may pass for another`, "use a name of the registry that is plain ASCII");
	if (port !== void 0) checkPort(text, port);
	return hostAndPort;
}
function checkPort(text, port) {
	if (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65535) return;
	throw wrong(text, `${quote(port)} is not a port`, "a port is a number from 1 to 65535, without leading zeros");
}
function notAscii(text, hostAndPort) {
	const ascii = domainToASCII(hostAndPort.replace(/:\d*$/, ""));
	return wrong(text, `its registry has characters that are not ASCII and ${ascii === "" ? "cannot be a host" : `is ${ascii}`}`, "write the name of the registry in plain ASCII; look for letters that only resemble it");
}
function isIpv6(address) {
	return /^[0-9a-f:]+$/.test(address) && URL.canParse(`http://[${address}]/`);
}
function wrong(text, why, hint) {
	return new CodedError("E_REFERENCE", `${quote(text)} is not an image name: ${why}`, { hint });
}

export { parseHost as t };