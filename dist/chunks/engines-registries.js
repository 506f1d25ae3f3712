// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
// src/engines/registries.ts
/** Whether `registry` (`host[:port]`) is this machine itself: then plain HTTP is always allowed. */
function isLoopback(registry) {
	const host = registry.startsWith("[") ? registry.slice(1, registry.indexOf("]")) : registry.split(":", 1)[0] ?? "";
	return host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

export { isLoopback as t };