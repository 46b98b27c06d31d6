"use strict";
document.documentElement.toggleAttribute("data-night", localStorage.getItem("night") === "on");
document.querySelector("[data-print]").addEventListener("click", () => print());
