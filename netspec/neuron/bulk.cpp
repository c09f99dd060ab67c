/* Creates NEURON objects in blocks, through NEURON's public C API only (neuronapi.h).

Each function below becomes a hoc function: arguments are hoc objects, numbers and strings, so that errors travel
as hoc errors do. A column is a Vector (one value per row) or a number (the same for all rows). */
#include <stdexcept>
#include <string>
#include <vector>

#include "neuronapi.h"

namespace {

struct Column {
    const double* data;
    double value;
    double operator[](int row) const { return data ? data[row] : value; }
};

Object* object_argument(int position) { return *nrn_objgetarg(position); }

int size_argument(int position) { return static_cast<int>(*nrn_getarg(position)); }

Column column_argument(int position) {
    if (nrn_is_object_arg(position)) {
        return {nrn_vector_data(object_argument(position)), 0.0};
    }
    return {nullptr, *nrn_getarg(position)};
}

struct Parameter {
    std::string name;
    Column column;
};

/* The remaining arguments: name, column, name, column ... */
std::vector<Parameter> parameter_arguments(int position) {
    std::vector<Parameter> parameters;
    for (; nrn_ifarg(position); position += 2) {
        parameters.push_back({nrn_gargstr(position), column_argument(position + 1)});
    }
    return parameters;
}

std::vector<Section*> sections_argument(int position) {
    std::vector<Section*> sections;
    auto* iterator = nrn_sectionlist_iterator_new(nrn_sectionlist_data(object_argument(position)));
    while (!nrn_sectionlist_iterator_done(iterator)) {
        Section* section = nrn_sectionlist_iterator_next(iterator);
        if (section) {
            sections.push_back(section);
        }
    }
    nrn_sectionlist_iterator_free(iterator);
    return sections;
}

/* An object that this code holds: new objects and popped ones arrive with a reference. */
class Held {
  public:
    explicit Held(Object* object) : object_(object) {}
    ~Held() { nrn_object_unref(object_); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    operator Object*() const { return object_; }

  private:
    Object* object_;
};

/* A hoc List whose items are read by index; the item last read is kept. */
class Items {
  public:
    explicit Items(Object* list) : list_(list), method_(nrn_method_symbol(list, "o")) {}
    ~Items() { release(); }
    Items(const Items&) = delete;
    Items& operator=(const Items&) = delete;
    Object* operator[](int index) {
        if (index != index_) {
            release();
            nrn_double_push(index);
            nrn_method_call(list_, method_, 1);
            item_ = nrn_object_pop();
            index_ = index;
        }
        return item_;
    }

  private:
    void release() {
        if (item_) {
            nrn_object_unref(item_);
            item_ = nullptr;
        }
    }
    Object* list_;
    Symbol* method_;
    Object* item_ = nullptr;
    int index_ = -1;
};

/* The List that receives what is made. */
class Made {
  public:
    explicit Made(Object* list) : list_(list), method_(nrn_method_symbol(list, "append")) {}
    void append(Object* object) {
        nrn_object_push(object);
        nrn_method_call(list_, method_, 1);
        nrn_double_pop();
    }

  private:
    Object* list_;
    Symbol* method_;
};

void set_parameters(Object* object, const std::vector<Parameter>& parameters, int row) {
    for (const auto& parameter : parameters) {
        nrn_property_set(object, parameter.name.c_str(), parameter.column[row]);
    }
}

void finish() {
    nrn_hoc_ret();
    nrn_double_push(0);
}

/* (out, mechanism, n, name, column ...): artificial cells. */
void points() {
    Made made(object_argument(1));
    Symbol* mechanism = nrn_symbol(nrn_gargstr(2));
    const int n = size_argument(3);
    const auto parameters = parameter_arguments(4);
    for (int row = 0; row < n; ++row) {
        const Held point(nrn_object_new(mechanism, 0));
        made.append(point);
        set_parameters(point, parameters, row);
    }
    finish();
}

/* (out, mechanism, n, sections, section index, locations, name, column ...): point processes. */
void synapses() {
    Made made(object_argument(1));
    Symbol* mechanism = nrn_symbol(nrn_gargstr(2));
    const int n = size_argument(3);
    const auto sections = sections_argument(4);
    const Column index = column_argument(5);
    const Column location = column_argument(6);
    const auto parameters = parameter_arguments(7);
    for (int row = 0; row < n; ++row) {
        nrn_section_push(sections[static_cast<int>(index[row])]);
        nrn_double_push(location[row]);
        const Held synapse(nrn_object_new(mechanism, 1));
        nrn_section_pop();
        made.append(synapse);
        set_parameters(synapse, parameters, row);
    }
    finish();
}

/* Sets weight and delay of NetCons. NEURON does not check the index of a weight, so this does, once per class. */
class Settings {
  public:
    explicit Settings(int position)
        : weights_(column_argument(position))
        , delays_(column_argument(position + 1))
        , weight_index_(column_argument(position + 2)) {}
    void apply(Object* netcon, Object* target, int row) {
        const int index = static_cast<int>(weight_index_[row]);
        if (nrn_class_name(target) != class_) {
            class_ = nrn_class_name(target);
            nrn_method_call(netcon, nrn_method_symbol(netcon, "wcnt"), 0);
            count_ = static_cast<int>(nrn_double_pop());
        }
        if (index >= count_) {
            throw std::out_of_range(std::string("a NetCon to ") + class_ + " has no weight of this index");
        }
        nrn_property_set(netcon, "delay", delays_[row]);
        if (index == 0) {
            nrn_property_set(netcon, "weight", weights_[row]);
        } else {
            nrn_property_array_set(netcon, "weight", index, weights_[row]);
        }
    }

  private:
    Column weights_, delays_, weight_index_;
    const char* class_ = nullptr;
    int count_ = 0;
};

/* (out, n, targets, target index, weights, delays, weight index, pc, gids): NetCons from gids. */
void connect() {
    Made made(object_argument(1));
    const int n = size_argument(2);
    Items targets(object_argument(3));
    const Column index = column_argument(4);
    Settings settings(5);
    Object* pc = object_argument(8);
    const Column gids = column_argument(9);
    Symbol* gid_connect = nrn_method_symbol(pc, "gid_connect");
    for (int row = 0; row < n; ++row) {
        nrn_double_push(gids[row]);
        Object* target = targets[static_cast<int>(index[row])];
        nrn_object_push(target);
        nrn_method_call(pc, gid_connect, 2);
        const Held netcon(nrn_object_pop());
        made.append(netcon);
        settings.apply(netcon, target, row);
    }
    finish();
}

/* (out, n, targets, target index, weights, delays, weight index, sources, source index): NetCons from artificial cells. */
void netcons() {
    Made made(object_argument(1));
    const int n = size_argument(2);
    Items targets(object_argument(3));
    const Column index = column_argument(4);
    Settings settings(5);
    Items sources(object_argument(8));
    const Column source_index = column_argument(9);
    Symbol* type = nrn_symbol("NetCon");
    for (int row = 0; row < n; ++row) {
        nrn_object_push(sources[static_cast<int>(source_index[row])]);
        Object* target = targets[static_cast<int>(index[row])];
        nrn_object_push(target);
        const Held netcon(nrn_object_new(type, 2));
        made.append(netcon);
        settings.apply(netcon, target, row);
    }
    finish();
}

/* Gives a rank's gid to whatever the NetCon watches. The NetCon itself is not needed afterwards. */
class Registry {
  public:
    explicit Registry(Object* pc)
        : pc_(pc)
        , rank_(call("id", 0))
        , set_gid_(nrn_method_symbol(pc, "set_gid2node"))
        , cell_(nrn_method_symbol(pc, "cell"))
        , type_(nrn_symbol("NetCon")) {}
    /* The source (an object or a pointer) is on the stack. */
    void add(double gid, double threshold) {
        nrn_object_push(nullptr);
        const Held netcon(nrn_object_new(type_, 2));
        nrn_property_set(netcon, "threshold", threshold);
        nrn_double_push(gid);
        nrn_double_push(rank_);
        nrn_method_call(pc_, set_gid_, 2);
        nrn_double_pop();
        nrn_double_push(gid);
        nrn_object_push(netcon);
        nrn_double_push(1);
        nrn_method_call(pc_, cell_, 3);
        nrn_double_pop();
    }

  private:
    double call(const char* name, int arguments) {
        nrn_method_call(pc_, nrn_method_symbol(pc_, name), arguments);
        return nrn_double_pop();
    }
    Object* pc_;
    double rank_;
    Symbol* set_gid_;
    Symbol* cell_;
    Symbol* type_;
};

/* (pc, n, gids, thresholds, points): events of artificial cells. */
void register_points() {
    Registry registry(object_argument(1));
    const int n = size_argument(2);
    const Column gids = column_argument(3);
    const Column thresholds = column_argument(4);
    Items points(object_argument(5));
    for (int row = 0; row < n; ++row) {
        nrn_object_push(points[row]);
        registry.add(gids[row], thresholds[row]);
    }
    finish();
}

/* (pc, n, gids, thresholds, sections, section index, locations): membrane potential. */
void register_sections() {
    Registry registry(object_argument(1));
    const int n = size_argument(2);
    const Column gids = column_argument(3);
    const Column thresholds = column_argument(4);
    const auto sections = sections_argument(5);
    const Column index = column_argument(6);
    const Column location = column_argument(7);
    Symbol* potential = nrn_symbol("v");
    for (int row = 0; row < n; ++row) {
        Section* section = sections[static_cast<int>(index[row])];
        nrn_section_push(section);
        nrn_rangevar_push(potential, section, location[row]);
        registry.add(gids[row], thresholds[row]);
        nrn_section_pop();
    }
    finish();
}

/* (pc, n, gids, thresholds, sections, section index, points, variable): a variable of a point process. */
void register_variables() {
    Registry registry(object_argument(1));
    const int n = size_argument(2);
    const Column gids = column_argument(3);
    const Column thresholds = column_argument(4);
    const auto sections = sections_argument(5);
    const Column index = column_argument(6);
    Items points(object_argument(7));
    const std::string variable = nrn_gargstr(8);
    for (int row = 0; row < n; ++row) {
        nrn_section_push(sections[static_cast<int>(index[row])]);
        nrn_property_push(points[row], variable.c_str());
        registry.add(gids[row], thresholds[row]);
        nrn_section_pop();
    }
    finish();
}

void add_function(void (*function)(), const char* name) {
    if (!nrn_symbol(name)) {
        nrn_register_function(function, name, nrn_symbol_type(nrn_symbol("execute")));
    }
}

}  // namespace

extern "C" void netspec_register() {
    add_function(points, "netspec_c_points");
    add_function(synapses, "netspec_c_synapses");
    add_function(connect, "netspec_c_connect");
    add_function(netcons, "netspec_c_netcons");
    add_function(register_points, "netspec_c_register_points");
    add_function(register_sections, "netspec_c_register_sections");
    add_function(register_variables, "netspec_c_register_variables");
}
