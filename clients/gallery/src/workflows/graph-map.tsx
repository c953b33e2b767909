import { useMemo } from 'react';
import { layOutGraph, type MapNode } from './graph-layout';

const cell = { width: 150, height: 44 };
const box = { width: 122, height: 28 };

/** A read-only diagram of a workflow: which node feeds which. */
export function GraphMap({ workflow }: { workflow: Readonly<Record<string, unknown>> }) {
  const { nodes, links, columns, rows } = useMemo(() => layOutGraph(workflow), [workflow]);
  const left = ({ column }: MapNode) => column * cell.width + 4;
  const middle = ({ row }: MapNode) => row * cell.height + cell.height / 2;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <div className="max-h-60 overflow-auto rounded-2xl border border-line bg-raised p-2" tabIndex={0}>
      <svg
        role="img"
        aria-label={`Map of the workflow: ${nodes.length} nodes, ${links.length} links`}
        width={columns * cell.width}
        height={rows * cell.height}
        data-testid="graph-map"
      >
        {links.map(({ from, to }, index) => {
          const [x1, x2] = [left(from) + box.width, left(to)];
          const bend = Math.max(20, (x2 - x1) / 2);
          return (
            <path
              // biome-ignore lint/suspicious/noArrayIndexKey: links never move
              key={index}
              d={`M${x1} ${middle(from)} C${x1 + bend} ${middle(from)} ${x2 - bend} ${middle(to)} ${x2} ${middle(to)}`}
              className="fill-none stroke-edge"
            />
          );
        })}
        {nodes.map((node) => (
          <g key={node.id}>
            <title>{`${node.label} (${node.id})`}</title>
            <rect
              x={left(node)}
              y={middle(node) - box.height / 2}
              width={box.width}
              height={box.height}
              rx={8}
              className="fill-surface stroke-line"
            />
            <text x={left(node) + 8} y={middle(node) + 4} className="fill-ink text-[11px]">
              {node.label.length > 18 ? `${node.label.slice(0, 17)}…` : node.label}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}
