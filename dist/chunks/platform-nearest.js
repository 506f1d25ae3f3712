// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
// src/platform/nearest.ts
/** The candidate that `word` was most likely meant to be, or undefined where none is near enough to offer. */
function nearest(word, candidates) {
	let best;
	let bestDistance = slips(word.length) + 1;
	for (const candidate of candidates) {
		const distance = editDistance(word.slice(0, 64), candidate);
		if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
	}
	return best;
}
/** How many slips a word of that length may have: with more, it was meant to be something else. */
function slips(length) {
	if (length <= 3) return Math.ceil(length / 2);
	return length <= 8 ? 2 : 3;
}
/** Levenshtein's distance: insertions, deletions and replacements of one UTF-16 unit. */
function editDistance(a, b) {
	let row = Array.from({ length: b.length + 1 }, (_, column) => column);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
			next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
		}
		row = next;
	}
	return row[b.length] ?? 0;
}

export { nearest as t };