import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));
const modules = join(packageFolder, '../node_modules');

/** A project outside the workspace that has the packed tarball and nothing but what it asked for. */
class Consumer {
  readonly folder = mkdtempSync(join(tmpdir(), 'lockngen-consumer-'));

  constructor(tarball: string, dependencies: readonly string[]) {
    const installed = join(this.folder, 'node_modules/@lockngen/client');
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['xzf', tarball, '--strip-components=1', '-C', installed]);
    for (const name of dependencies) {
      const link = join(this.folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(modules, name), link);
    }
    this.write('package.json', JSON.stringify({ type: 'module' }));
  }

  write(name: string, text: string): string {
    writeFileSync(join(this.folder, name), text);
    return join(this.folder, name);
  }

  node(name: string, text: string, ...flags: string[]): string {
    const script = this.write(name, text);
    return execFileSync(process.execPath, [...flags, script], { cwd: this.folder, encoding: 'utf8' });
  }

  async bundle(name: string, text: string): Promise<string> {
    const entry = this.write(name, text);
    const result = await build({
      root: this.folder,
      configFile: false,
      logLevel: 'error',
      build: { write: false, lib: { entry, formats: ['es'] } },
    });
    const [output] = Array.isArray(result) ? result : [result];
    return output && 'output' in output
      ? output.output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('')
      : '';
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

describe('the packed tarball', () => {
  const packed = mkdtempSync(join(tmpdir(), 'lockngen-pack-'));
  const react = ['react', 'react-dom', 'scheduler', '@types/react', 'csstype', '@radix-ui/react-progress'];
  let files: string[];
  let core: Consumer;
  let app: Consumer;

  beforeAll(() => {
    const run = { cwd: packageFolder, encoding: 'utf8', stdio: 'pipe' } as const;
    execFileSync('npm', ['run', 'build', '--silent'], run);
    const [tarball] = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', packed], run));
    files = tarball.files.map(({ path }: { path: string }) => path);
    core = new Consumer(join(packed, tarball.filename), ['zod']);
    app = new Consumer(join(packed, tarball.filename), ['zod', ...react]);
  });
  afterAll(() => {
    core.remove();
    app.remove();
    rmSync(packed, { recursive: true });
  });

  it('holds the build, the README and nothing else', () => {
    expect(files).toContain('README.md');
    expect(files.filter((path) => !/^(dist\/.+|README\.md|package\.json)$/.test(path))).toEqual([]);
  });

  it('the README example for React type-checks', () => {
    const [, example = ''] = /```tsx\n(.*?)```/s.exec(readFileSync(join(packageFolder, 'README.md'), 'utf8')) ?? [];
    expect(typeCheck('readme.tsx', example, 'bundler')).toBe('');
  });

  it.each(['nodenext', 'bundler'])('type-checks in a strict application (%s)', (moduleResolution) => {
    expect(typeCheck('app.tsx', application, moduleResolution)).toBe('');
  });

  function typeCheck(name: string, text: string, moduleResolution: string): string {
    app.write(name, text);
    app.write(
      'tsconfig.json',
      JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          target: 'es2022',
          module: moduleResolution === 'nodenext' ? 'nodenext' : 'esnext',
          moduleResolution,
          jsx: 'react-jsx',
          types: [],
        },
        files: [name],
      }),
    );
    return spawnSync(join(modules, '.bin/tsc'), ['-p', app.folder], { encoding: 'utf8' }).stdout;
  }

  it('runs without React, and without evaluating code, so that a strict CSP can stay', () => {
    const script = `
      import { parseFrame, RealtimeConnection } from '@lockngen/client';
      new RealtimeConnection({ realtimeUrl: 'http://127.0.0.1:9' });
      console.log(parseFrame('{"type":"pong","id":1}').kind);`;
    expect(core.node('core.mjs', script, '--disallow-code-generation-from-strings').trim()).toBe('control');
  });

  it('renders on a server', () => {
    const script = `
      import { createElement } from 'react';
      import { renderToString } from 'react-dom/server';
      import { WebSocketProvider } from '@lockngen/client/react';
      import { GenerationProgress } from '@lockngen/client/react/progress';
      const progress = createElement(GenerationProgress, { generationId: 'g' });
      console.log(renderToString(createElement(WebSocketProvider, { realtimeUrl: 'http://127.0.0.1:9' }, progress)));`;
    expect(app.node('ssr.mjs', script)).toContain('role="progressbar"');
  });

  it('leaves out of a bundle what is not used', async () => {
    const whole = await core.bundle(
      'whole.js',
      "export { GenerationSocket, RealtimeConnection } from '@lockngen/client';",
    );
    expect(gzipSync(whole).length).toBeLessThan(22_500);
    expect(whole).not.toContain('react');
    const little = await core.bundle('little.js', "export { backoffDelay } from '@lockngen/client';");
    expect(gzipSync(little).length).toBeLessThan(400);
  });

  it('brings one file for pages without a build step', () => {
    const page: { LockNGen?: Record<string, unknown> } = {};
    const bundle = join(core.folder, 'node_modules/@lockngen/client/dist/lockngen.global.js');
    // A classic script declares its name for the whole page.
    runInNewContext(readFileSync(bundle, 'utf8'), page);
    expect(page.LockNGen).toHaveProperty('GenerationSocket');
    expect(page.LockNGen).toHaveProperty('RealtimeConnection');
  });
});

const application = `
import { GenerationClient, RealtimeConnection, type GenerationEvent, type MessageOf } from '@lockngen/client';
import { useGeneration, useProgressTracking, useWebSocket, useWebSocketEvent, WebSocketProvider } from '@lockngen/client/react';
import { GenerationProgress } from '@lockngen/client/react/progress';

const connection = new RealtimeConnection({ realtimeUrl: 'https://gen.example.org', getToken: async () => 'token' });
connection.subscribe('g', (message) => {
  if (message.type === 'generation.progress') {
    const step: number = message.data.step;
    console.log(step);
  }
});
connection.subscribe('g', (message: MessageOf<'generation.image'>) => message.data.image.url, { types: ['generation.image'] });
const event: GenerationEvent['type'] = 'generation.queued';
// @ts-expect-error there is no such type
connection.subscribeAll(() => event, { types: ['generation.nonsense'] });

function Page() {
  const { submit, progress, images } = useGeneration();
  const { connectionStatus } = useWebSocket({ url: 'https://gen.example.org', heartbeatInterval: 30_000 });
  useWebSocketEvent('generation.failed', ({ data }) => console.log(data.error.message));
  const tracked = useProgressTracking('g');
  const eta: number | null = tracked.eta;
  return (
    <button onClick={() => submit({ template: 'text-to-image', parameters: { prompt: 'a cat' } })}>
      {connectionStatus} {progress.percentage} {images.length} {eta}
      <GenerationProgress generationId="g" />
    </button>
  );
}

export const app = (
  <WebSocketProvider connection={connection} client={new GenerationClient({ apiUrl: 'https://gen.example.org' })}>
    <Page />
  </WebSocketProvider>
);
`;
