import { describe, expect, test } from '@jest/globals';
import { smokeTestArguments } from '../../../src/engines/smoke/smoke.ts';

describe('a smoke test', () => {
  test.each([
    ['uname -m', ['uname', '-m']],
    ['  /usr/bin/app --version ', ['/usr/bin/app', '--version']],
    ['app "two words" \'$HOME\'', ['app', 'two words', '$HOME']],
    ['["app", "a; b"]', ['app', 'a; b']],
    ['app --version | grep 1', ['/bin/sh', '-c', 'app --version | grep 1']],
    ['echo $PATH', ['/bin/sh', '-c', 'echo $PATH']],
    ['ls *.so && true', ['/bin/sh', '-c', 'ls *.so && true']],
    ['one\ntwo', ['/bin/sh', '-c', 'one\ntwo']],
  ])('%j is %j', (command, expected) => {
    expect(smokeTestArguments(command)).toEqual(expected);
  });

  test.each(['', '   ', '[]', '[""]', '["a', 'app "open'])('%j is E_INPUT', (command) => {
    expect(() => smokeTestArguments(command)).toThrow(expect.objectContaining({ code: 'E_INPUT' }));
  });
});
