(function () {
  "use strict";
  // Each picture is replaced only after its live chart stands.
  document.querySelectorAll("figure.chart").forEach(function (figure) {
    var live = figure.querySelector(".live");
    var spec = JSON.parse(figure.querySelector("script").textContent);
    live.hidden = false;
    window.vegaEmbed(live, spec, { mode: "vega-lite", renderer: "svg", actions: false }).then(
      function () { figure.classList.add("is-live"); },
      function () { live.hidden = true; }
    );
  });
})();
