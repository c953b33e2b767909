import {
  Box3,
  type Material,
  Mesh,
  type Object3D,
  PerspectiveCamera,
  PMREMGenerator,
  Scene,
  Sphere,
  Texture,
  WebGLRenderer,
} from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { RoomEnvironment } from 'three/addons/environments/RoomEnvironment.js';
import { loadModel, type ModelFile } from './model-loader';

/** Per key press, in radians. */
const turn = Math.PI / 18;

/** Shows a model on a canvas until the signal is aborted. Throws if there is no WebGL, or if the file is not a model. */
export async function showModel(canvas: HTMLCanvasElement, file: ModelFile, signal: AbortSignal): Promise<void> {
  const model = await loadModel(file, signal);
  if (signal.aborted) {
    dispose(model);
    return;
  }
  const renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
  const scene = new Scene();
  const generator = new PMREMGenerator(renderer);
  const light = generator.fromScene(new RoomEnvironment(), 0.04);
  scene.environment = light.texture;
  scene.add(model);

  const camera = new PerspectiveCamera(40);
  const controls = new OrbitControls(camera, canvas);
  controls.enableDamping = true;
  controls.autoRotate = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  controls.addEventListener('start', () => {
    controls.autoRotate = false;
  });
  look(camera, controls, model);

  let isStale = true;
  const fit = () => {
    const { clientWidth: width, clientHeight: height } = canvas;
    renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    renderer.setSize(width, height, false);
    camera.aspect = width / Math.max(1, height);
    camera.updateProjectionMatrix();
    isStale = true;
  };
  const sizes = new ResizeObserver(fit);
  sizes.observe(canvas);
  fit();

  canvas.addEventListener(
    'keydown',
    (event) => {
      steer(event, controls);
      isStale = true;
    },
    { signal },
  );
  renderer.setAnimationLoop(() => {
    // A model at rest is not rendered.
    if (controls.update() || isStale) {
      isStale = false;
      renderer.render(scene, camera);
    }
  });

  signal.addEventListener('abort', () => {
    sizes.disconnect();
    renderer.setAnimationLoop(null);
    controls.dispose();
    dispose(model);
    light.dispose();
    generator.dispose();
    renderer.dispose();
  });
}

/** From the front and slightly above, close enough to fill the window. */
function look(camera: PerspectiveCamera, controls: OrbitControls, model: Object3D): void {
  const { center, radius } = new Box3().setFromObject(model).getBoundingSphere(new Sphere());
  const size = radius > 0 ? radius : 1;
  const distance = (1.15 * size) / Math.sin((camera.fov * Math.PI) / 360);
  camera.near = size / 100;
  camera.far = size * 100;
  camera.position.set(center.x + distance * 0.45, center.y + distance * 0.3, center.z + distance * 0.84);
  controls.target.copy(center);
  controls.minDistance = size * 0.2;
  controls.maxDistance = size * 20;
}

function steer(event: KeyboardEvent, controls: OrbitControls): void {
  const keys: Record<string, () => void> = {
    ArrowLeft: () => controls.rotateLeft(-turn),
    ArrowRight: () => controls.rotateLeft(turn),
    ArrowUp: () => controls.rotateUp(-turn),
    ArrowDown: () => controls.rotateUp(turn),
    '+': () => controls.dollyIn(0.9),
    '-': () => controls.dollyOut(0.9),
  };
  const act = keys[event.key];
  if (act) {
    event.preventDefault();
    controls.autoRotate = false;
    act();
  }
}

/** Frees the graphics memory of a model. */
function dispose(model: Object3D): void {
  model.traverse((part) => {
    if (part instanceof Mesh) {
      part.geometry.dispose();
      for (const material of [part.material].flat() as Material[]) {
        for (const value of Object.values(material)) {
          if (value instanceof Texture) {
            value.dispose();
          }
        }
        material.dispose();
      }
    }
  });
}
