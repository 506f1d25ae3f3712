// Reads jest's JSON results: `counts FILE` prints passed, failed and skipped; `failures FILE` what failed, shortened.
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const [what, file] = process.argv.slice(2);
const results = JSON.parse(readFileSync(file, 'utf8'));

if (what === 'counts') {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  console.log(results.numPassedTests, failed, results.numPendingTests + results.numTodoTests);
} else {
  const lines = results.testResults.flatMap((suite) => {
    const failed = suite.assertionResults.filter((test) => test.status === 'failed');
    // A file that could not be loaded has no tests, and one message for all.
    if (failed.length === 0) return suite.status === 'failed' ? shortened(suite.name, suite.message) : [];
    return failed.flatMap((test) => shortened(test.fullName, test.failureMessages.join('\n')));
  });
  console.log(lines.slice(0, 200).join('\n'));
}

function shortened(name, message) {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s+at .*node_modules/.test(line))
    .map((line) => `    ${line.slice(0, 300)}`);
  return [`- ${name}`, ...lines.slice(0, 10), ...(lines.length > 10 ? ['    ...'] : [])];
}
