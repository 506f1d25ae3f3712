import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { heartbeat } from '../../../src/engines/process/heartbeat.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('a minute of silence is told, with the time that has gone by; what is heard is not', () => {
  const said: string[] = [];
  const beat = heartbeat(
    'podman',
    (line) => said.push(line),
    () => Date.now(),
  );
  jest.advanceTimersByTime(59_000);
  expect(said).toEqual([]);
  jest.advanceTimersByTime(1000);
  expect(said).toEqual(['podman is at work for 1 minute, and has said nothing for 1 minute']);
  jest.advanceTimersByTime(30_000);
  beat.heard();
  jest.advanceTimersByTime(60_000);
  expect(said).toHaveLength(1);
  jest.advanceTimersByTime(60_000);
  expect(said.at(-1)).toBe('podman is at work for 3 minutes, and has said nothing for 1 minute');
  beat.stop();
  jest.advanceTimersByTime(600_000);
  expect(said).toHaveLength(2);
});
