// Every part of a small Kubernetes in one program, which is built once for the tests:
//
//	kubernetes etcd|apiserver|controller-manager|scheduler|kubelet|proxy|dns ARGUMENTS
//
// One program links what all of them share once, so it takes a third of the time and of the disk that six would.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/coredns/coredns/coremain"
	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	// What the cluster's Corefile names, see parts/kubernetes/control-plane.ts.
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
)

// The commands of Kubernetes. They are made when they are asked for, because making one sets process-wide flags.
var commands = map[string]func() *cobra.Command{
	"apiserver":          apiserver.NewAPIServerCommand,
	"controller-manager": controllers.NewControllerManagerCommand,
	"scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"proxy":              proxy.NewProxyCommand,
	// With a plain context: the kubelet sets a signal handler of its own, and Kubernetes panics at a second one.
	"kubelet": func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
}

func main() {
	if len(os.Args) < 2 {
		usage("which part?")
	}
	part := os.Args[1]
	os.Args = append([]string{part}, os.Args[2:]...)
	switch part {
	case "etcd":
		etcdmain.Main(os.Args)
	case "dns":
		coremain.Run()
	default:
		command, known := commands[part]
		if !known {
			usage("there is no part " + part)
		}
		os.Exit(cli.Run(command()))
	}
}

func usage(problem string) {
	fmt.Fprintln(os.Stderr, problem+"; it is one of: etcd apiserver controller-manager scheduler kubelet proxy dns")
	os.Exit(2)
}
