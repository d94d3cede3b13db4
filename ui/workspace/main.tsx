import { createRoot } from "react-dom/client";
import "../shared/tokens.css";
import "../shared/base.css";
import { App } from "./App.tsx";
import { Desk } from "./desk.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no root.");

const desk = new Desk();
createRoot(root).render(<App desk={desk} />);
desk.begin();
