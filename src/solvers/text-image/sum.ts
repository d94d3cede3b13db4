/** More digits than this no number of a sum has. */
export const MOST_DIGITS = 6;

const SUM = new RegExp(`^-?\\d{1,${MOST_DIGITS}}(?:[-+×xX*÷/:]\\d{1,${MOST_DIGITS}})+$`);

/**
 * The value of a sum as read from a picture, e.g. `3+4=?` or `?=3+4` → `7`, `5-9` → `-4`, `2x3+1=` → `7`; null if it is none.
 * Signs: `+ -`, `× x X *`, `÷ / :`. Whole numbers only; × and ÷ bind closer. A quotient that is not whole
 * is given with at most two decimals.
 */
export function sumValue(reading: string): string | null {
  const text = reading.replace(/^\?=/, "").replace(/=?\??$/, "");
  if (!SUM.test(text)) return null;
  let total = 0;
  let sign = 1;
  let product = 0;
  const tokens = text.match(/\d+|[^\d]/g) ?? [];
  let operator = "+";
  for (const token of tokens) {
    if (!/\d/.test(token)) {
      if (token === "+" || token === "-") {
        total += sign * product;
        product = 0;
        sign = token === "-" ? -1 : 1;
      }
      operator = token;
      continue;
    }
    const value = Number(token);
    if (operator === "+" || operator === "-") product = value;
    else if ("×xX*".includes(operator)) product *= value;
    else if (value === 0) return null;
    else product /= value;
  }
  total += sign * product;
  return String(Number(total.toFixed(2)) + 0);
}
