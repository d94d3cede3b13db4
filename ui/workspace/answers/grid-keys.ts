/**
 * Which key picks which cell. Keys lie like the cells: rows of the keyboard are rows of the grid, and the codes name
 * places, so that it works on every layout.
 */
const ROWS = [
  ["Digit1", "Digit2", "Digit3", "Digit4", "Digit5", "Digit6"],
  ["KeyQ", "KeyW", "KeyE", "KeyR", "KeyT", "KeyY"],
  ["KeyA", "KeyS", "KeyD", "KeyF", "KeyG", "KeyH"],
  ["KeyZ", "KeyX", "KeyC", "KeyV", "KeyB", "KeyN"],
] as const;
const PAD = [
  "Numpad7",
  "Numpad8",
  "Numpad9",
  "Numpad4",
  "Numpad5",
  "Numpad6",
  "Numpad1",
  "Numpad2",
  "Numpad3",
];

/** The key of a cell, or undefined where the grid is larger than the keyboard. Up to three rows the letters suffice. */
export function keyOfCell(rows: number, columns: number, cell: number): string | undefined {
  const first = rows <= 3 ? 1 : 0;
  return ROWS[Math.floor(cell / columns) + first]?.[cell % columns];
}

/** The cell that this key picks. On 3 × 3 the numeric pad does, too. */
export function cellOfKey(rows: number, columns: number, code: string): number | null {
  if (rows === 3 && columns === 3 && PAD.includes(code)) return PAD.indexOf(code);
  for (let cell = 0; cell < rows * columns; cell += 1) {
    if (keyOfCell(rows, columns, cell) === code) return cell;
  }
  return null;
}

/** `KeyQ` → `Q` */
export function keyName(code: string): string {
  return code.replace(/^(Key|Digit)/u, "");
}

/** Where an arrow leads from a cell; it stays where there is no further one. */
export function neighbour(cells: number, columns: number, cell: number, code: string): number {
  const column = cell % columns;
  const last = cells - 1;
  if (code === "ArrowUp") return cell < columns ? cell : cell - columns;
  if (code === "ArrowDown") return cell + columns > last ? cell : cell + columns;
  if (code === "ArrowLeft") return column === 0 ? cell : cell - 1;
  if (code === "ArrowRight") return column === columns - 1 || cell === last ? cell : cell + 1;
  return code === "Home" ? 0 : last;
}
