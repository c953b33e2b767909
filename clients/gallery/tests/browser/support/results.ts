import { readFileSync } from 'node:fs';
import type { GenerationImage } from '@lockngen/client';
import type { Backend } from '../../support/backend';
import { texturedCube } from './glb';
import { mediaFile } from './media';

const id = 'e5a0b1f2-0000-4000-8000-000000000001';

const svg = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" width="256" height="256"><script>document.title="ran"</script>' +
    '<rect width="8" height="8" fill="#345"/><circle cx="4" cy="4" r="3" fill="#fa5"/></svg>',
);

/** A workflow with an output of each kind, all of them real files. */
export function rememberEachKind(backend: Backend): void {
  const file = (name: string) => readFileSync(mediaFile(name));
  const long = 'A lighthouse at dusk. '.repeat(400);
  const results: (Partial<GenerationImage> & { body: Buffer })[] = [
    {
      kind: 'image',
      contentType: 'image/png',
      nodeId: '9',
      nodeTitle: 'Final',
      filename: 'r_00001_.png',
      body: file('picture.png'),
    },
    {
      kind: 'image',
      contentType: 'image/avif',
      nodeId: '9',
      nodeTitle: 'Final',
      filename: 'r_00001_.avif',
      body: file('picture.avif'),
    },
    {
      kind: 'image',
      contentType: 'image/svg+xml',
      nodeId: '9',
      nodeTitle: 'Final',
      filename: 'r_00001_.svg',
      body: svg,
    },
    {
      kind: 'image',
      contentType: 'image/png',
      nodeId: '10',
      source: 'temp',
      filename: 't_00001_.png',
      body: file('picture.png'),
    },
    {
      kind: 'video',
      contentType: 'video/mp4',
      nodeId: '13',
      nodeTitle: 'Clip',
      filename: 'v_00001_.mp4',
      durationSeconds: 1,
      body: file('movie-faststart.mp4'),
    },
    {
      kind: 'video',
      contentType: 'video/webm',
      nodeId: '13',
      nodeTitle: 'Clip',
      filename: 'v_00001_.webm',
      body: file('movie.webm'),
    },
    { kind: 'audio', contentType: 'audio/flac', nodeId: '14', filename: 'a_00001_.flac', body: file('sound.flac') },
    { kind: 'audio', contentType: 'audio/ogg', nodeId: '14', filename: 'a_00001_.opus', body: file('sound.opus') },
    {
      kind: 'model',
      contentType: 'model/gltf-binary',
      nodeId: '15',
      nodeTitle: 'Mesh',
      filename: 'm_00001_.glb',
      body: texturedCube(),
    },
    {
      kind: 'text',
      contentType: 'text/plain',
      nodeId: '12',
      nodeTitle: 'Caption',
      text: 'a b 🙂',
      body: Buffer.from('a b 🙂'),
    },
    { kind: 'text', contentType: 'text/plain', nodeId: '12', nodeTitle: 'Caption', text: '', body: Buffer.from('') },
    {
      kind: 'text',
      contentType: 'text/plain',
      nodeId: '12',
      nodeTitle: 'Caption',
      text: long.slice(0, 400),
      body: Buffer.from(long),
    },
    {
      kind: 'latent',
      contentType: 'application/octet-stream',
      nodeId: '16',
      filename: 'l_00001_.latent',
      body: Buffer.alloc(16_384),
    },
    {
      kind: 'file',
      contentType: 'application/octet-stream',
      nodeId: '16',
      filename: 'Übersicht.bin',
      body: Buffer.alloc(1_234_567),
    },
    {
      kind: 'hologram',
      contentType: 'application/x-hologram',
      nodeId: '17',
      filename: 'h_00001_.holo',
      body: Buffer.alloc(8),
    },
  ];
  const images = results.map(({ body, ...rest }, at) => {
    const index = at + 1;
    const url = `/api/generations/${id}/images/${index}`;
    const headers = {
      'Content-Type': rest.contentType ?? '',
      'X-Content-Type-Options': 'nosniff',
      ...(rest.contentType === 'image/svg+xml' && {
        'Content-Disposition': 'attachment',
        'Content-Security-Policy': "sandbox; default-src 'none'",
      }),
    };
    backend.gateway.routes.set(`GET /api/generations/*/images/${index}`, () => ({ headers, body }));
    return { index, url, bytes: body.length, seed: 42, seedText: '42', ...rest } as GenerationImage;
  });
  backend.remember({
    id,
    images,
    warnings: [{ code: 'output_left_out', message: 'Node 20 (PreviewImage) was left out: its input is missing.' }],
  });
}
