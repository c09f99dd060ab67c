"""Every variable and function that a string of a connection may use."""

from networks import parts

TEXTS = {
    "positions": "0.001*(1+pre_xnorm+pre_ynorm*pre_znorm+post_xnorm+post_ynorm-post_znorm/3)",
    "absolute": "0.00001*(100+pre_x+pre_z-post_y+post_z)",
    "axes": "0.00001*(dist_x+dist_y+dist_z)",
    "shares": "0.001*(dist_xnorm+dist_ynorm**2+dist_znorm)",
    "distances": "0.00001*(dist_2D+dist_3D)",
    "own numbers": "gain*(offset+propVelocity/sizeX)/1e4",
    "roots": "0.001*(exp(-dist_x/100)+sqrt(dist_y)+abs(sin(pre_x)))",
    "logarithms": "0.001*(cos(post_x)**2+log(1+dist_z)/(1+log10(10+dist_z)))",
    "chosen": "0.002 if dist_x>50 else max(0.001,min(0.003,dist_y/1e5))",
    "compared": "0.001*(dist_3D<60)+0.002*(dist_3D>=60)*(pre_ynorm>0.2)",
    "integers": "0.001*(int(pre_x)%3+round(post_ynorm)+dist_y//40)",
    "power": "1e-4*pow(1+dist_xnorm,2)*pi**0.5",
}
DRAWS = {
    "uniform": "uniform(0.001,0.002)", "normal": "abs(normal(0.002,1e-7))",
        "lognormal": "lognormal(0.002,1e-6)",
    "poisson": "0.001*poisson(2)", "binomial": "0.001*binomial(5,0.4)", "negexp": "negexp(0.002)",
    "erlang": "erlang(0.002,1e-6)", "geometric": "0.001*geometric(0.4)",
        "hypergeo": "0.0001*hypergeo(10,150)",
    "weibull": "0.001*weibull(2,1)", "discunif": "0.001*discunif(1,4)",
        "two": "uniform(0,0.002)+uniform(0,1)*pre_xnorm/1e3",
}  # fmt: skip


def network():
    def rule(text):
        return {
            "preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "probability": 0.15,
            "weight": text, "delay": "defaultDelay+dist_3D/200", "synMech": "exc",
        }  # fmt: skip

    net = {
        "sizeX": 120, "sizeY": 90, "gain": 1.5, "offset": 2, "defaultDelay": 1.25,
        "popParams": {"A": {"cellType": "ball", "numCells": 15}, "B": {"cellType": "ball", "numCells": 9}},
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {name: rule(text) for name, text in {**TEXTS, **DRAWS}.items()},
        **parts.noise({"pop": "A"}),
    }  # fmt: skip
    return net, parts.config()
