import { widgetSolution } from "../widgets/solution.ts";
import type { WidgetTickets } from "../widgets/tickets.ts";
import { widgetOf } from "../widgets/vendors.ts";
import type { WidgetDesk } from "./widgets.ts";

/** The vendors' widgets, shown on the widget origin. */
export function createWidgetDesk(tickets: WidgetTickets): WidgetDesk {
  return {
    describe(title, fields) {
      const vendor = widgetOf(title, fields);
      return vendor && { vendor: vendor.vendor, instruction: null, expiresMs: vendor.lifetimeMs };
    },
    issue: (request) => tickets.issue(request),
    origin: (workspace) => tickets.origin(workspace),
    solution: (title, fields, value, workspace) =>
      widgetSolution(title, fields, value, tickets.host(workspace)),
  };
}
