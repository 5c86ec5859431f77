# SPDX-License-Identifier: MIT
#
# gdb commands for netlite's virtual threads, in a running program and in a core file:
#
#   (gdb) source gdb_virtual_threads.py
#   (gdb) info virtual-threads         lists them
#   (gdb) virtual-backtrace 3 7        shows the stacks of these; without a number, of all
#
# gdb must have netlite's debug information. A virtual thread that runs is shown by gdb's own "info threads".
import gdb
from gdb.unwinder import Unwinder, register_unwinder

# The names of the program counter and the stack pointer.
REGISTERS = {
    "i386:x86-64": ("rip", "rsp"),
    "i386": ("eip", "esp"),
    "aarch64": ("pc", "sp"),
    "s390:64-bit": ("pc", "r15"),
}


def evaluate(expression):
    """The value of a C++ expression, also where the innermost frame is one of C."""
    language = gdb.parameter("language")
    gdb.execute("set language c++")
    try:
        return gdb.parse_and_eval(expression)
    finally:
        gdb.execute("set language " + language)


def scalar(value):
    """The number or pointer in a std::atomic, a shared_ptr or another wrapper."""
    while value.type.strip_typedefs().code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
        fields = value.type.strip_typedefs().fields()
        value = value[next(field for field in fields if hasattr(field, "bitpos"))]  # static ones have none
    return value


def text(value):
    """The content of a std::string."""
    try:
        return value["_M_dataplus"]["_M_p"].string()  # libstdc++, also without its pretty printers
    except gdb.error:
        return str(value).strip('"')


def linked(first, next_field):
    node = scalar(first)
    while int(node) != 0:
        yield node.dereference()
        node = scalar(node[next_field])


class VirtualThread:
    def __init__(self, value, carrier):
        self.value = value
        self.carrier = carrier

    @staticmethod
    def all():
        carriers = list(linked(evaluate("netlite::Carrier::newest_"), "next_carrier_"))
        for carrier in reversed(carriers):
            for thread in linked(carrier["all_"], "next_of_all_"):
                yield VirtualThread(thread, carrier)

    def name(self):
        try:
            state = self.value["thread_state_"]["_M_ptr"]
        except gdb.error:
            state = scalar(self.value["thread_state_"])  # libc++
        return text(state["name_"]) if int(state) != 0 else "(unnamed)"

    def runs(self):
        """The switch count is odd while a virtual thread runs."""
        is_odd = int(scalar(self.carrier["switch_count_"])) % 2 == 1
        return is_odd and int(scalar(self.carrier["running_"])) == int(self.value.address)

    def state(self):
        if self.runs():
            return "running"
        state = int(scalar(self.value["state_"]))
        return "parked" if state == int(evaluate("(int)netlite::VirtualThread::kParked")) else "ready to run"

    def stack_pointer(self):
        return self.value["context_"]["stack_pointer_"]


class FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class ParkedUnwinder(Unwinder):
    """Makes gdb believe that a parked stack called the innermost frame. So no register has to be changed."""

    def __init__(self):
        super().__init__("netlite parked stack")
        self.parked = None  # the stack pointer, for the next frame that is unwound

    def __call__(self, pending):
        if self.parked is None:
            return None
        sp, self.parked = self.parked, None
        pc_name, sp_name = REGISTERS[pending.architecture().name()]
        pc = evaluate("(unsigned long)&netlite_parked_context")
        # gdb gives up at a frame that is further inside than the one that it called.
        size = sp.type.sizeof
        info = pending.create_unwind_info(FrameId(sp - 16 * size, pc))
        info.add_saved_register(pc_name, pc)
        info.add_saved_register(sp_name, sp)
        return info


unwinder = ParkedUnwinder()
register_unwinder(None, unwinder, replace=True)


def print_parked_stack(thread):
    """Prints the frames of a thread that does not run, without the one that stands for the OS thread."""
    unwinder.parked = thread.stack_pointer().cast(gdb.lookup_type("unsigned long"))
    gdb.invalidate_cached_frames()
    try:
        frames = gdb.execute("backtrace", to_string=True).split("\n#")
        for number, frame in enumerate(frames[1:]):
            print("#%-3d%s" % (number, frame.strip().split(" ", 1)[1].strip()))
    finally:
        unwinder.parked = None
        gdb.invalidate_cached_frames()


class InfoVirtualThreads(gdb.Command):
    """Lists netlite's virtual threads: number, name, state."""

    def __init__(self):
        super().__init__("info virtual-threads", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        for number, thread in enumerate(VirtualThread.all(), 1):
            print("%-5d%s: %s" % (number, thread.name(), thread.state()))


class VirtualBacktrace(gdb.Command):
    """Prints the stacks of netlite's virtual threads with these numbers, or of all of them."""

    def __init__(self):
        super().__init__("virtual-backtrace", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        wanted = [int(number) for number in gdb.string_to_argv(argument)]
        for number, thread in enumerate(VirtualThread.all(), 1):
            if wanted and number not in wanted:
                continue
            print("\nVirtual thread %d, %s: %s" % (number, thread.name(), thread.state()))
            if not thread.runs():
                print_parked_stack(thread)


InfoVirtualThreads()
VirtualBacktrace()
