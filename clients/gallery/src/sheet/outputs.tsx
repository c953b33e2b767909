import { isPreview } from '@lockngen/client';
import { type CSSProperties, memo } from 'react';
import type { Output, Slot } from '../results/arrange';
import { ResultCard } from '../results/result-card';
import { titleOf } from '../results/words';
import { Frame } from './frame';

interface OutputsProps {
  outputs: readonly Output[];
  /** The aspect ratio of a picture that is still being rendered. */
  expectedAspect: number;
  /** The newest preview, shown in the first empty frame while the generation runs. */
  previewUrl: string | undefined;
  isRunning: boolean;
  alt: string;
  onOpen(index: number): void;
}

/** The results of a generation, by node: pictures and videos as film, the others as cards below it. */
export const Outputs = memo(function Outputs({
  outputs,
  expectedAspect,
  previewUrl,
  isRunning,
  alt,
  onOpen,
}: OutputsProps) {
  const next = isRunning ? outputs.flatMap(({ film }) => film).find(({ result }) => !result)?.number : undefined;
  return (
    <div className="outputs">
      {outputs.map((output) => (
        <section key={output.nodeId ?? ''} className="output" data-testid="output">
          {outputs.length > 1 && <h3 className="font-mono text-xs text-soft">{titleOf(output)}</h3>}
          {output.film.length > 0 && (
            <div className="film" style={{ '--aspect': aspectOf(output.film) ?? expectedAspect } as CSSProperties}>
              <ol className="frames" aria-label="Pictures">
                {output.film.map(({ number, result }) => (
                  <li key={number} className="frame-slot" data-testid={result && 'result'} data-kind={result?.kind}>
                    <Frame
                      number={number}
                      result={result}
                      previewUrl={number === next ? previewUrl : undefined}
                      isExposing={number === next}
                      alt={alt}
                      onOpen={onOpen}
                    />
                    <EdgePrint number={number} result={result} />
                  </li>
                ))}
              </ol>
            </div>
          )}
          {output.others.length > 0 && (
            <ul className="cards">
              {output.others.map((result) => (
                <li key={result.index} data-testid="result" data-kind={result.kind}>
                  <ResultCard result={result} onOpen={() => onOpen(result.index)} />
                </li>
              ))}
            </ul>
          )}
        </section>
      ))}
    </div>
  );
});

function EdgePrint({ number, result }: Slot) {
  const seed = result?.seedText;
  return (
    <p className="edge-print">
      <span aria-hidden="true">▸{number}</span>
      {result && isPreview(result) && <span>preview</span>}
      {seed !== undefined && (
        <span data-testid="seed" title={`Seed ${seed}`} className="truncate">
          <span className="seed-word">seed </span>
          {seed}
        </span>
      )}
    </p>
  );
}

function aspectOf(film: readonly Slot[]): number | undefined {
  const { width, height } = film.find(({ result }) => result?.width && result.height)?.result ?? {};
  if (width && height) {
    return width / height;
  }
  return film.some(({ result }) => result?.kind === 'video') ? 16 / 9 : undefined;
}
