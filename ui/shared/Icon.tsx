/** Drawn on 16 × 16, in the colour of the text. Decoration: the words stand beside them, or in a label. */
const PATHS = {
  check: "M3 8.5 6.5 12 13 4.5",
  clock: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 4.5V8l2.5 1.5",
  back: "M6 4 2.5 7.5 6 11M3 7.5h6.5a3.5 3.5 0 0 1 0 7H7",
  cross: "M4 4l8 8M12 4l-8 8",
  dots: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  pause: "M5 3v10M11 3v10",
  keys: "M1.5 4h13v8h-13zM4 6.5h.01M6.7 6.5h.01M9.3 6.5h.01M12 6.5h.01M4.5 9.5h7",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  reload: "M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3",
  warn: "M8 2 14.5 13.5h-13ZM8 6.5v3M8 11.5h.01",
  filter: "M8 2a6 6 0 1 0 0 12ZM8 2a6 6 0 0 1 0 12",
  mark: "M8 2 14 8 8 14 2 8Z",
  pen: "M3 13l.7-3L11 2.7l2.3 2.3L6 12.3Z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
