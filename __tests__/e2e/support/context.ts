import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { architectureNames, busybox } from './tools.ts';

const dockerfile = `FROM scratch
ARG TARGETARCH
COPY busybox-\${TARGETARCH} /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox uname -m > /built-on"]
ENTRYPOINT ["/bin/busybox"]
CMD ["uname", "-m"]
`;

/**
 * A build context that stands on nothing but itself: an image FROM scratch with one static program of the target's
 * own machine, a RUN step that executes it, and a command that prints the machine.
 */
export async function writeContext(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'Dockerfile'), dockerfile);
  for (const name of architectureNames) await copyFile(busybox(name), path.join(folder, `busybox-${name}`));
}
