// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as commandNames, n as inputTable, o as laterCommands, r as commandDescriptions, t as inputNames } from "./inputs-table.js";
import { r as shellFlags, t as isInputOf } from "./cli-arguments.js";

// src/cli/help.ts
const width = 96;
/** What `--help` prints: of the program, or of one command. */
function helpFor(command) {
	return command === void 0 ? helpOfProgram() : helpOfCommand(command);
}
function helpOfProgram() {
	const commands = commandNames.map((name) => wrap(`  ${name.padEnd(9)}${commandDescriptions[name]}`, 11));
	return [
		"Usage: native-multiarch <command> [flags]\n",
		wrap("Builds container images natively on every architecture, and publishes one manifest list that is proven before any tag moves."),
		`Commands:\n${commands.join("")}`,
		`Flags of every command:\n${Object.keys(shellFlags).map((name) => shellFlag(name)).join("")}`,
		[
			"Examples:\n",
			"  native-multiarch build --images quay.io/acme/app --tags v1 --smoke-test \"app --version\"\n",
			"  native-multiarch merge --images quay.io/acme/app --tags v1,latest --platforms linux/amd64,linux/ppc64le\n",
			"  native-multiarch inspect quay.io/acme/app:v1 --json\n"
		].join(""),
		"Exit status: 0 done, 1 failed, 2 wrong use, 130 and 143 stopped by SIGINT and SIGTERM.\n",
		"native-multiarch <command> --help shows every flag of a command, with its default.\n"
	].join("\n");
}
function helpOfCommand(command) {
	const used = inputNames.filter((name) => inputTable[name].commands.includes(command));
	const now = used.filter((name) => !isLater(inputTable[name], command));
	const later = used.filter((name) => isLater(inputTable[name], command));
	const groups = [...new Set(now.map((name) => inputTable[name].group))];
	return [
		`Usage: native-multiarch ${command}${inputTable.references.commands.includes(command) ? " [references]" : ""} [flags]\n`,
		wrap(`${commandDescriptions[command][0]?.toUpperCase() ?? ""}${commandDescriptions[command].slice(1)}.`),
		...groups.map((group) => {
			return `${group}:\n${now.filter((name) => inputTable[name].group === group).map((name) => flagHelp(name, command)).join("")}`;
		}),
		`This shell:\n${Object.keys(shellFlags).filter((name) => !isInputOf(command, name)).map((name) => shellFlag(name)).join("")}`,
		...later.length > 0 ? [wrap(`Not in this version: ${later.map((name) => `--${name}`).join(" ")}`)] : []
	].join("\n");
}
function isLater(definition, command) {
	return laterCommands.includes(command) || (definition.later?.includes(command) ?? false);
}
function flagHelp(name, command) {
	const { kind, description, default: standard, required } = inputTable[name];
	const form = {
		switch: ` | --no-${name}`,
		word: `[=${kind.syntax}]`,
		value: ` <${kind.syntax}>`
	}[kind.flag];
	const default_ = required?.includes(command) ?? false ? "Required." : `Default: ${standard?.text ?? "not set"}.`;
	return `  --${name}${form}\n${wrap(`      ${description}${kind.list ? " May be repeated." : ""} ${default_}`, 6)}`;
}
function shellFlag(name) {
	const { value, description } = shellFlags[name];
	return `  --${name}${value ? " <path>" : ""}\n${wrap(`      ${description}`, 6)}`;
}
/** Lines of at most `width` columns, where a word allows it; those after the first start `indent` columns in. */
function wrap(text, indent = 0) {
	const lines = [];
	let line = "";
	for (const word of text.split(/(?<=\S) /u)) if (line !== "" && line.length + 1 + word.length > width) {
		lines.push(line);
		line = " ".repeat(indent) + word;
	} else line = line === "" ? word : `${line} ${word}`;
	return `${[...lines, line].join("\n")}\n`;
}

export { helpFor };