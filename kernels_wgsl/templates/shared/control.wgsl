// Words of the control buffer.
//% for name in CONTROL
const {{ name | upper }} = {{ loop.index0 }}u;
//% endfor
