export interface MapNode {
  readonly id: string;
  readonly label: string;
  readonly column: number;
  readonly row: number;
}

export interface GraphMap {
  readonly nodes: readonly MapNode[];
  readonly links: readonly { readonly from: MapNode; readonly to: MapNode }[];
  readonly columns: number;
  readonly rows: number;
}

interface ApiNode {
  readonly class_type?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly _meta?: { readonly title?: string };
}

/** Columns by depth of dependencies; within a column, in the order of the workflow. */
export function layOutGraph(workflow: Readonly<Record<string, unknown>>): GraphMap {
  const nodes = workflow as Readonly<Record<string, ApiNode>>;
  const columns = new Map<string, number>();
  const columnOf = (id: string, path: ReadonlySet<string>): number => {
    const known = columns.get(id);
    if (known !== undefined || path.has(id)) {
      return known ?? 0;
    }
    const further = new Set(path).add(id);
    const column = Math.max(-1, ...sourcesOf(nodes[id], nodes).map((source) => columnOf(source, further))) + 1;
    columns.set(id, column);
    return column;
  };
  const rows = new Map<number, number>();
  const placed = new Map<string, MapNode>();
  for (const [id, node] of Object.entries(nodes)) {
    const column = columnOf(id, new Set());
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    const { class_type, _meta } = node;
    placed.set(id, { id, column, row, label: _meta?.title ?? class_type ?? id });
  }
  const links = [...placed.values()].flatMap((to) =>
    sourcesOf(nodes[to.id], nodes).flatMap((source) => {
      const from = placed.get(source);
      return from ? [{ from, to }] : [];
    }),
  );
  return { nodes: [...placed.values()], links, columns: rows.size, rows: Math.max(1, ...rows.values()) };
}

function sourcesOf(node: ApiNode | undefined, nodes: Readonly<Record<string, ApiNode>>): string[] {
  return Object.values(node?.inputs ?? {}).flatMap((value) =>
    Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && value[0] in nodes ? [value[0]] : [],
  );
}
