import {
  type BufferGeometry,
  Mesh,
  MeshStandardMaterial,
  type Object3D,
  Points,
  PointsMaterial,
  TextureLoader,
} from 'three';

export interface ModelFile {
  readonly url: string;
  readonly contentType: string;
  readonly filename?: string;
}

/** Larger models need a dedicated program. In bytes. */
const limit = 256 * 1024 * 1024;

/** Fetches and reads a model; the reader of each format is loaded when it is needed. */
export async function loadModel(file: ModelFile, signal: AbortSignal): Promise<Object3D> {
  const response = await fetch(file.url, { signal });
  if (!response.ok || Number(response.headers.get('Content-Length') ?? 0) > limit) {
    await response.body?.cancel();
    throw new Error(`The model cannot be fetched (${response.status}).`);
  }
  return read(await response.arrayBuffer(), formatOf(file));
}

function formatOf({ contentType, filename = '' }: ModelFile): string {
  const ending = /\.(\w+)$/.exec(filename)?.[1]?.toLowerCase();
  return ending ?? /(gltf|stl|obj|ply)/.exec(contentType)?.[1] ?? 'gltf';
}

async function read(bytes: ArrayBuffer, format: string): Promise<Object3D> {
  switch (format) {
    case 'stl': {
      const { STLLoader } = await import('three/addons/loaders/STLLoader.js');
      return solid(new STLLoader().parse(bytes));
    }
    case 'ply': {
      const { PLYLoader } = await import('three/addons/loaders/PLYLoader.js');
      const geometry = new PLYLoader().parse(bytes);
      return geometry.index ? solid(geometry) : cloud(geometry);
    }
    case 'obj': {
      const { OBJLoader } = await import('three/addons/loaders/OBJLoader.js');
      return new OBJLoader().parse(new TextDecoder().decode(bytes));
    }
    default: {
      const { GLTFLoader } = await import('three/addons/loaders/GLTFLoader.js');
      const loader = new GLTFLoader().register((parser) => {
        // Textures as <img>: the page's policy allows pictures from blobs, but not fetches from them.
        parser.textureLoader = new TextureLoader(parser.options.manager);
        return { name: 'textures-as-img' };
      });
      return (await loader.parseAsync(bytes, '')).scene;
    }
  }
}

function solid(geometry: BufferGeometry): Object3D {
  if (!geometry.hasAttribute('normal')) {
    geometry.computeVertexNormals();
  }
  const vertexColors = geometry.hasAttribute('color');
  const color = vertexColors ? 0xffffff : 0xd8cfc6;
  return new Mesh(geometry, new MeshStandardMaterial({ color, vertexColors, roughness: 0.7 }));
}

function cloud(geometry: BufferGeometry): Object3D {
  const vertexColors = geometry.hasAttribute('color');
  return new Points(geometry, new PointsMaterial({ size: 1.5, sizeAttenuation: false, vertexColors }));
}
